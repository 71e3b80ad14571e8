using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Packets;

namespace MiniFirewall.Engine.Changes;

/// <summary>A table of nftables that does one thing for rules, with a chain on each of some hooks.</summary>
internal abstract record TableNeed(Family Family)
{
    /// <summary>What the names of all of them begin with.</summary>
    internal const string Prefix = ChangeTable.Name + "-";

    /// <summary>The hooks that packets which need it come by.</summary>
    internal abstract ImmutableArray<Hook> Hooks { get; }

    /// <summary>The map that its programs look into.</summary>
    internal abstract string Map { get; }

    /// <summary>The kernel's module that does it.</summary>
    internal abstract string Module { get; }

    /// <summary>The table's name: what it is for, and a number that says all about it.</summary>
    internal abstract string Name { get; }

    /// <summary>By which slots of the map know it.</summary>
    internal abstract uint Number { get; }

    /// <summary>The programs that its rules ask, in the order in which <see cref="WriteChain"/> has them.</summary>
    internal abstract IReadOnlyList<ProgramSpec> Programs();

    internal abstract void WriteChain(NftTableWriter table, Hook hook, string chain, IReadOnlyList<BpfProgram> programs);
}
