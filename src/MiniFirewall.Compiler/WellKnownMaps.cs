using MiniFirewall.Asm;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler;

/// <summary>The maps that compiled programs name, and their layouts. All integers are little-endian host order.</summary>
public static class WellKnownMaps
{
    public const string Control = "control";
    public const string Programs = "programs";
    public const string Counters = "counters";
    public const string Events = "events";
    public const string Rejects = "rejects";
    public const string Packets = "packets";

    /// <summary>
    /// What the module is to tell senders of dropped packets, in <see cref="ContextKind.Module"/>. The module looks for this name
    /// (MINIFW_ANSWERS_MAP, kernel/minifw/uapi/minifw.h).
    /// </summary>
    public const string Answers = "minifw_answers";

    public const string TestInput = "testinput";
    public const string Sets = "sets";

    /// <summary>The addresses of live host names (<see cref="Questions.HostLayout"/>).</summary>
    public const string Hosts = "hosts";

    /// <summary>What rules want changed of packets (<see cref="Compiler.Changes.ChangeSlot"/>).</summary>
    public const string Changes = "changes";

    /// <summary>What the kernel's matches have found of packets (<see cref="Findings.FindingSlot"/>).</summary>
    public const string Findings = "findings";

    /// <summary>Rate estimators (<see cref="Questions.EstimatorLayout"/>).</summary>
    public const string Estimators = "estimators";

    /// <summary>What the timer of a rule set on trial is told (<see cref="TrialTimer"/>).</summary>
    public const string Trial = "trial";

    /// <summary>The connections (<see cref="Compiler.Connections.ConnectionTable"/>).</summary>
    public const string Connections = "connections";

    /// <summary>What programs know of connections in general (<see cref="Compiler.Connections.TrackingTable"/>).</summary>
    public const string Tracking = "tracking";

    /// <summary>What stateful questions of a program's family remember (<see cref="Questions.StateCell"/>).</summary>
    public const string State = "state";

    /// <summary>The classifier image of a program's family (<see cref="Classifier.Image.ImageFormat"/>).</summary>
    public const string Image = "image";

    /// <summary>One u32 at 0: the epoch in force, which says what records of a generation's images are. One write of it commits a change of them.</summary>
    public const string Epoch = "epoch";

    /// <summary>
    /// In <see cref="Epoch"/>, a byte for each hook and family: 0 where the policy is the one that the program was made with, else
    /// <see cref="OtherPolicy"/>. One write of it changes a policy.
    /// </summary>
    public const int EpochPolicies = 8;

    /// <summary>What makes of the code of one policy that of the other.</summary>
    public const byte OtherPolicy = ResultCode.DropCode ^ ResultCode.AcceptCode;

    /// <summary>The place of a hook's and family's byte among those at <see cref="EpochPolicies"/>.</summary>
    public static int PolicyPlace(Hook hook, Family family) => ((int)hook * 2) + (family == Family.IPv4 ? 0 : 1);

    /// <summary>The epoch of a new generation.</summary>
    public const uint FirstEpoch = 1;

    /// <summary>
    /// u64 in <see cref="Control"/>: the generation in force; 0 for none (everything is accepted). One write of it is a commit. Its upper two
    /// bits are <see cref="GenerationInReserve"/> and <see cref="GenerationOnTrial"/>.
    /// </summary>
    public const int ControlGeneration = 0;

    /// <summary>The generation's programs are in the third bank of slots, where a trial keeps those to go back to.</summary>
    public const ulong GenerationInReserve = 1UL << 63;

    /// <summary>The generation is on trial: the timer puts the one before back.</summary>
    public const ulong GenerationOnTrial = 1UL << 62;

    /// <summary>The generation's number.</summary>
    public const ulong GenerationNumber = GenerationOnTrial - 1;

    /// <summary>u64 in <see cref="Control"/>: not zero while somebody wants to see dropped packets.</summary>
    public const int ControlWatchers = 8;

    /// <summary>u64 in <see cref="Control"/>: events that found the ring buffer full; added to atomically by the programs.</summary>
    public const int ControlLostEvents = 16;

    /// <summary>
    /// u64 in <see cref="Control"/>: until when somebody reads <see cref="Rejects"/>, CLOCK_MONOTONIC nanoseconds; 0 for nobody. The
    /// reader moves it on as long as it lives; behind it nothing is written.
    /// </summary>
    public const int ControlRejectsReadUntil = 24;

    /// <summary>u64 in <see cref="Control"/>: rejected packets that found the buffer full, and so get no answer.</summary>
    public const int ControlLostRejects = 32;

    /// <summary>u64 in <see cref="Control"/>: as <see cref="ControlRejectsReadUntil"/>, of <see cref="Packets"/>.</summary>
    public const int ControlPacketsReadUntil = 40;

    /// <summary>u64 in <see cref="Control"/>: packets for netlink groups that found the buffer full.</summary>
    public const int ControlLostPackets = 48;

    /// <summary>u64 in <see cref="Control"/>: the highest number that a generation has had; none has it again.</summary>
    public const int ControlLastGeneration = 56;

    /// <summary>u64 packets, u64 bytes; added to by the programs only.</summary>
    public const int CounterSize = 16;

    /// <summary>
    /// Counter n is number n % 256 of the counters in element n / 256. A per-CPU array finds an element by a pointer to it: of 4096
    /// bytes each, even 100,000 counters have few, which stay in the processor's caches.
    /// </summary>
    public const int CountersPerElement = 1 << CountersPerElementShift, CountersPerElementShift = 8;

    private const uint Mappable = 1 << 10; // BPF_F_MMAPABLE

    /// <summary>Program array slots that one generation takes: three hooks by two families.</summary>
    public const int SlotsPerGeneration = 6;

    public static MapSpec ControlSpec { get; } = new(Control, MapType.Array, 4, 64, 1);

    /// <summary>Slots of three generations: even, odd, and the one that a trial goes back to; see <see cref="DispatcherCompiler.Slot"/>.</summary>
    public static MapSpec ProgramsSpec { get; } = new(Programs, MapType.ProgramArray, 4, 4, SlotsPerGeneration * 3);

    public static MapSpec TrialSpec { get; } = new(Trial, MapType.Array, 4, TrialTimer.ValueSize, 1) { BeginsWithTimer = true };

    /// <summary>What a test build of a program reads instead of the packet's surroundings; see <see cref="TestInputLayout"/>.</summary>
    public static MapSpec TestInputSpec { get; } = new(TestInput, MapType.Array, 4, TestInputLayout.Size, 1);

    public static MapSpec EpochSpec { get; } = new(Epoch, MapType.Array, 4, 64, 1) { Flags = Mappable };

    /// <summary>An image's map; user space maps it into its memory.</summary>
    public static MapSpec ImageSpec(int size) => new(Image, MapType.Array, 4, size, 1) { Flags = Mappable };

    public static MapSpec StateSpec(int cells) => new(State, MapType.Array, 4, Questions.StateCell.Size, cells) { Flags = Mappable };

    /// <summary>A table of so many buckets; user space maps it into its memory.</summary>
    public static MapSpec ConnectionsSpec(int buckets) => new(Connections, MapType.Array, 4, Compiler.Connections.ConnectionTable.Size(buckets), 1) { Flags = Mappable };

    public static MapSpec TrackingSpec { get; } = new(Tracking, MapType.Array, 4, Compiler.Connections.TrackingTable.Size, 1) { Flags = Mappable };

    public static MapSpec FindingsSpec { get; } = new(Findings, MapType.Array, 4, Compiler.Changes.SlotMap.Findings.Bytes, 1);

    public static MapSpec ChangesSpec { get; } = new(Changes, MapType.Array, 4, Compiler.Changes.SlotMap.Changes.Bytes, 1);

    /// <summary>Room for at least so many counters.</summary>
    public static MapSpec CountersSpec(int capacity) =>
        new(Counters, MapType.PerCpuArray, 4, CounterSize * CountersPerElement, (capacity + CountersPerElement - 1) / CountersPerElement);

    /// <summary>An arena with the images of sets (<see cref="SetArena"/>). Kernel 6.9.</summary>
    /// <param name="address">Where user space maps it: a multiple of 4 GiB that nothing else has.</param>
    public static MapSpec SetsSpec(ulong address) => new(Sets, MapType.Arena, 0, 0, SetLayout.ArenaBlocks) { Flags = 1 << 10, Extra = address };

    /// <summary>Ring buffer; size in bytes is a power of two and a multiple of the page size.</summary>
    public static MapSpec EventsSpec(int size) => new(Events, MapType.RingBuffer, 0, 0, size);

    /// <summary>Ring buffer of <see cref="RejectRecord"/>s; size as of events.</summary>
    public static MapSpec RejectsSpec(int size) => new(Rejects, MapType.RingBuffer, 0, 0, size);

    /// <summary>A processor's <see cref="AnswerSlot"/>s.</summary>
    public static MapSpec AnswersSpec { get; } = new(Answers, MapType.PerCpuArray, 4, AnswerSlot.Count * AnswerSlot.Size, 1);

    /// <summary>Ring buffer of <see cref="HandedRecord"/>s; size as of events.</summary>
    public static MapSpec PacketsSpec(int size) => new(Packets, MapType.RingBuffer, 0, 0, size);
}
