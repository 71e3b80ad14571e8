using System.Collections.Immutable;
using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Packets;
using MiniFirewall.Packets.Building;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Engine.Recent;

/// <summary>
/// Changes a list of recent addresses while packets do. Only programs can hold its lock, so one is loaded for the change, of nothing
/// but the question that makes it, and run on a packet of that address that nobody sends.
/// </summary>
internal static class RecentEditor
{
    private const int NoCounter = 1;

    /// <param name="action">Set, Remove or Flush, for which the address is any.</param>
    /// <returns>Whether the list had the address, or is flushed.</returns>
    internal static bool Change(string list, BpfMap map, RecentAction action, Family family, UInt128 address)
    {
        var question = new RecentAddress(list, action) { IsByHand = true };
        CompileOptions options = KernelRequirements.Options(PrologueKind.Netfilter, ProviderChoice.Default) with
        {
            Structure = ListStructure.Straight,
            RecentLists = ImmutableDictionary<string, int>.Empty.Add(list, RecentLayout.StampsIn(map.ValueSize)),
        };
        CompiledPrograms compiled = ProgramSetCompiler.Compile([ProgramOf(question, family)], options);
        using SharedObjects shared = SharedObjects.Make();
        using BpfMap counters = BpfMap.Create(WellKnownMaps.CountersSpec(NoCounter + 1));
        using BpfMap epoch = BpfMap.Create(WellKnownMaps.EpochSpec);
        Dictionary<string, BpfMap> maps = shared.MapsFor(counters, epoch, null, null);
        maps.Add(RecentLayout.MapOf(list), map);
        using BpfProgram program = BpfProgram.Load(compiled.Specs[0], KernelBtf.Types, maps);
        return program.TestRun(family, Hook.LocalIn, PacketFrom(family, address)).Result == (uint)Verdict.Accept;
    }

    private static PacketProgram ProgramOf(RecentAddress question, Family family)
    {
        var statement = new Statement([new Require(new QuestionTest(question))], NoCounter, false, new Decide(Verdict.Accept), Origin.None);
        return new(family, Hook.LocalIn, [new Block("change", [statement])], 0, Verdict.Drop, NoCounter);
    }

    private static byte[] PacketFrom(Family family, UInt128 address)
    {
        var datagram = new UdpDatagram(0, 0);
        return family == Family.IPv4 ? new IPv4Header((uint)address, 0).Carry(datagram) : new IPv6Header(address, 0).Carry(datagram);
    }
}
