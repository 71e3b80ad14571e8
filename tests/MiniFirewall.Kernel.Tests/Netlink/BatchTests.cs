using MiniFirewall.Kernel.Tests.Support;
using MiniFirewall.Netlink;
using MiniFirewall.Sys;
using Xunit;

namespace MiniFirewall.Kernel.Tests.Netlink;

/// <summary>Batches of Netfilter's messages, sent to nftables of a namespace of their own.</summary>
public sealed class BatchTests : IDisposable
{
    private const byte Nftables = 10;
    private const ushort NewTable = Nftables << 8, DeleteTable = NewTable | 2, Create = 0x400;

    private readonly NetworkNamespace _network = new();

    public void Dispose() => _network.Dispose();

    [Fact]
    public void All_is_done_however_many_messages_there_are()
    {
        var batch = new NetfilterBatch(Nftables);
        for (int i = 0; i < 1000; i++)
        {
            batch.Add(Table(NewTable, $"t{i}"), $"table {i}");
        }

        _network.Run(() => batch.Send("tables"));
        Assert.Equal(1000, Tables().Length);
    }

    [Fact]
    public void Nothing_is_done_where_one_message_is_refused_and_the_first_such_is_named()
    {
        var batch = new NetfilterBatch(Nftables);
        batch.Add(Table(NewTable, "t"), "a table");
        batch.Add(Table(DeleteTable, "absent"), "one that is missing");
        batch.Add(Table(DeleteTable, "absent"), "another that is missing");
        batch.Add(Table(NewTable, "u"), "a last table");
        SystemCallException refusal = Assert.Throws<SystemCallException>(() => _network.Run(() => batch.Send("tables")));
        const int NoEntry = 2;
        Assert.Equal(NoEntry, refusal.Errno);
        Assert.Contains("tables: one that is missing", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(Tables());
    }

    [Fact]
    public void A_subsystem_that_the_kernel_has_not_is_refused()
    {
        var batch = new NetfilterBatch(0);
        batch.Add(Table(0, "t"), "a table");
        const int NotSupported = 95;
        Assert.Equal(NotSupported, Assert.Throws<SystemCallException>(() => _network.Run(() => batch.Send("nothing"))).Errno);
    }

    private static byte[] Table(ushort type, string name)
    {
        var message = new MessageWriter(new byte[64], type, MessageWriter.Request | Create);
        message.NetfilterHeader(2);
        message.Attribute(1, name);
        return message.Finish().ToArray();
    }

    private string[] Tables() => _network.Execute("nft", ["list", "tables"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
