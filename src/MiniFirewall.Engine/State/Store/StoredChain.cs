using System.Collections.Immutable;
using MiniFirewall.Compiler;
using MiniFirewall.Packets;
using MiniFirewall.Rules.Model;

namespace MiniFirewall.Engine.State.Store;

/// <summary>A chain as it is stored, without its rules.</summary>
/// <param name="Chain">Its rules are left out. It has the name and the families that are in force.</param>
/// <param name="Policies">The slots of a built-in chain's policies.</param>
/// <param name="First">The place of its first rule among those of the chunks, which are in the chains' order.</param>
/// <param name="Count">How many of those it has.</param>
internal sealed record StoredChain(Chain Chain, RuleSlots Policies, int First, int Count)
{
    /// <summary>
    /// The name that it was made with, which -E does not change: what the stored texts of rules and the images call it. Of the chains in
    /// force at one epoch no two have the same.
    /// </summary>
    internal string MadeName { get; init; } = Chain.Name;

    /// <summary>What records say of it: its place in the table of chains, or behind them that of its own record.</summary>
    internal int Number { get; init; }

    /// <summary>The made names of the chains that rules of the chunks go to, with the families of these rules; each once.</summary>
    internal ImmutableArray<(string Chain, FamilySet Families)> Targets { get; init; } = [];

    /// <summary>The hooks (<see cref="HookBounds"/>) whose packets must not meet some rule of the chunks.</summary>
    internal byte RefusedHooks { get; init; }

    private const byte NoHook = 255;

    /// <summary>What stores before MFW7 have where a rule is not for every hook.</summary>
    private const byte SomeHooks = 1;

    /// <summary>The chain with the policies that are in force.</summary>
    /// <param name="changed"><see cref="EpochWord.ChangedPolicies"/>.</param>
    internal Chain WithPolicies(ulong changed) => changed == 0 || Chain.Hook is not { } hook
        ? Chain
        : Chain with { PolicyV4 = Now(Chain.PolicyV4, changed, hook, Family.IPv4), PolicyV6 = Now(Chain.PolicyV6, changed, hook, Family.IPv6) };

    private static ChainPolicy Now(ChainPolicy made, ulong changed, Hook hook, Family family) => (byte)(changed >> (8 * WellKnownMaps.PolicyPlace(hook, family))) == 0
        ? made
        : made with { Verdict = made.Verdict == Policy.Verdict.Accept ? Policy.Verdict.Drop : Policy.Verdict.Accept };

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Chain.Name);
        writer.Write(Chain.Hook is { } hook ? (byte)hook : NoHook);
        writer.Write((byte)Chain.Families);
        writer.Write((byte)Chain.PolicyV4.Verdict);
        writer.Write((byte)Chain.PolicyV6.Verdict);
        (uint v4, uint v6) = Policies.Pack();
        writer.Write(v4);
        writer.Write(v6);
        writer.Write(First);
        writer.Write(Count);
        writer.Write(RefusedHooks);
        writer.Write7BitEncodedInt(Targets.Length);
        foreach ((string target, FamilySet families) in Targets)
        {
            writer.Write(target);
            writer.Write((byte)families);
        }
    }

    internal static StoredChain Read(BinaryReader reader)
    {
        string name = reader.ReadString();
        byte hook = reader.ReadByte();
        var chain = new Chain(name, hook == NoHook ? null : (Hook)hook, (FamilySet)reader.ReadByte(), [])
        {
            PolicyV4 = new ChainPolicy((Policy.Verdict)reader.ReadByte()),
            PolicyV6 = new ChainPolicy((Policy.Verdict)reader.ReadByte()),
        };
        var stored = new StoredChain(chain, RuleSlots.Unpack(reader.ReadUInt32(), reader.ReadUInt32()), reader.ReadInt32(), reader.ReadInt32())
        {
            RefusedHooks = reader.ReadByte() is var refused && refused == SomeHooks ? HookBounds.All : refused,
        };
        var targets = ImmutableArray.CreateBuilder<(string Chain, FamilySet Families)>();
        for (int left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            targets.Add((reader.ReadString(), (FamilySet)reader.ReadByte()));
        }

        return stored with { Targets = targets.DrainToImmutable() };
    }
}
