using MiniFirewall.Compiler;
using MiniFirewall.Netlink;
using MiniFirewall.Packets;
using MiniFirewall.Sys;
using MiniFirewall.Sys.Netlink;

namespace MiniFirewall.Engine.Changes;

/// <summary>The table "minifw" of a family as a whole: read, replaced, deleted (include/uapi/linux/netfilter/nf_tables.h).</summary>
internal static class ChangeTable
{
    internal const string Name = "minifw";

    /// <summary>Bytes that a table can say of what it does: NFT_USERDATA_MAXLEN without their header.</summary>
    internal const int MostUserData = 256 - UserDataHeader;

    /// <summary>
    /// nft reads tables' user data as items of u8 type, u8 length and value, gives up on all tables where one's are something else, and passes over types
    /// that it does not know; its own count from 0 on (libnftnl, include/libnftnl/udata.h).
    /// </summary>
    private const byte UserDataType = 0x6d;

    private const int UserDataHeader = 2;

    /// <summary>Whether a table can say that it does these.</summary>
    internal static bool HasRoomFor(ChangeNeeds needs) => needs.ToBytes().Length <= MostUserData;

    /// <summary>What the table says; null where there is none, or it says nothing that is known. Its user data are kernel 5.10's.</summary>
    internal static ChangeNeeds? TryRead(NetlinkSocket socket, Family family)
    {
        var question = new MessageWriter(stackalloc byte[64], Nftables.GetTable, MessageWriter.Request);
        question.NetfilterHeader((byte)family);
        question.Attribute(Nftables.TableName, Name);
        ChangeNeeds? needs = null;
        try
        {
            NetlinkDump.Run(socket, question.Finish(), $"table {Name} of {family}", (_, payload) =>
            {
                var attributes = new AttributeReader(payload.Length >= 4 ? payload[4..] : default);
                while (attributes.Next())
                {
                    needs = attributes.Type == Nftables.TableUserData ? TryParse(attributes.Value) : needs;
                }
            });
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            return null;
        }

        return needs;
    }

    /// <summary>Puts new tables in the place of those of both families, or of none, in one step; no packet meets a part of one.</summary>
    internal static void Replace(LoadedChangePrograms programs, ChangeNeeds needs)
    {
        var batch = new NetfilterBatch(Nftables.Subsystem);
        foreach (Family family in DispatcherCompiler.Families)
        {
            var table = new NftTableWriter(batch, family, Name);

            // A table that is not there cannot be deleted.
            table.Make();
            table.Delete();
            table.Make(UserDataOf(needs));
            new ChangeRules(table, programs).Write();
        }

        batch.Send("nftables' chains that change packets");
    }

    /// <summary>Deletes the table where it is.</summary>
    internal static void TryDelete(Family family)
    {
        var batch = new NetfilterBatch(Nftables.Subsystem);
        new NftTableWriter(batch, family, Name).Delete();
        try
        {
            batch.Send("nftables' chains that change packets");
        }
        catch (SystemCallException refusal) when (Nftables.IsAbsence(refusal))
        {
            // There is none, or no nftables.
        }
    }

    private static byte[] UserDataOf(ChangeNeeds needs)
    {
        byte[] said = needs.ToBytes();
        return [UserDataType, (byte)said.Length, .. said];
    }

    private static ChangeNeeds? TryParse(ReadOnlySpan<byte> userData) =>
        userData is [UserDataType, var length, .. var said] && length == said.Length ? ChangeNeeds.TryParse(said) : null;
}
