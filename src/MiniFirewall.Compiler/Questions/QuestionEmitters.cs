using System.Collections.Frozen;
using MiniFirewall.Compiler.Questions.Counting;
using MiniFirewall.Compiler.Sets.Dynamic;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>The one list of the kinds of questions that can be compiled.</summary>
internal static class QuestionEmitters
{
    private static readonly FrozenDictionary<Type, Action<Question, QuestionFunction>> All = new[]
    {
        Of<HeaderNumber>(HeaderNumberEmitter.Emit),
        Of<HeaderUnreadable>(HeaderUnreadableEmitter.Emit),
        Of<FragmentHeader>(FragmentHeaderEmitter.Emit),
        Of<RoutingHeader>(RoutingHeaderEmitter.Emit),
        Of<OptionsHeader>(OptionsHeaderEmitter.Emit),
        Of<HeaderKinds>(HeaderKindsEmitter.Emit),
        Of<SegmentRoutingHeader>(SegmentRoutingHeaderEmitter.Emit),
        Of<TcpOption>(TcpOptionEmitter.Emit),
        Of<TextSearch>(TextSearchEmitter.Emit),
        Of<WordArithmetic>(WordArithmeticEmitter.Emit),
        Of<ClassicProgram>(ClassicProgramEmitter.Emit),
        Of<RandomChance>(RandomChanceEmitter.Emit),
        Of<EveryNth>(EveryNthEmitter.Emit),
        Of<TokenBucket>(TokenBucketEmitter.Emit),
        Of<ByteQuota>(ByteQuotaEmitter.Emit),
        Of<RateWithin>(RateWithinEmitter.Emit),
        Of<RateCounted>(RateEmitters.Emit),
        Of<RateCompared>(RateEmitters.Emit),
        Of<FirstPortsCut>(FirstPortsEmitter.Emit),
        Of<RecentAddress>(RecentAddressEmitter.Emit),
        Of<DynamicSetTest>(DynamicSetTestEmitter.Emit),
        Of<DynamicSetChange>(DynamicSetChangeEmitter.Emit),
        Of<AddressOfHost>(AddressOfHostEmitter.Emit),
        Of<TimeWindow>(TimeWindowEmitter.Emit),
        Of<LinkTypeIs>(LinkEmitters.Emit),
        Of<LinkSourceIs>(LinkEmitters.Emit),
        Of<SourceIsModifiedEui64>(LinkEmitters.Emit),
        Of<InterfaceGroupIs>(PlaceEmitters.Emit),
        Of<RunsOnCpu>(PlaceEmitters.Emit),
        Of<RouteRealmIs>(PlaceEmitters.Emit),
        Of<IpsecIs>(PlaceEmitters.Emit),
        Of<IpsecStatesAre>(IpsecStatesEmitter.Emit),
        Of<SocketExists>(SocketEmitters.Emit),
        Of<SocketOwnerIn>(SocketEmitters.Emit),
        Of<SocketClassIs>(SocketEmitters.Emit),
        Of<SocketCgroupUnder>(SocketEmitters.Emit),
        Of<BridgePortExists>(BridgeEmitters.Emit),
        Of<BridgePortIs>(BridgeEmitters.Emit),
        Of<AddressTypeIn>(AddressTypeEmitter.Emit),
        Of<TcpOption>(TcpOptionEmitter.Emit),
        Of<TcpHeaderCut>(TcpHeaderEmitter.Emit),
        Of<TcpSegmentSize>(TcpHeaderEmitter.Emit),
        Of<DccpType>(DccpHeaderEmitter.Emit),
        Of<DccpOptionsCut>(DccpHeaderEmitter.Emit),
        Of<DccpOption>(DccpHeaderEmitter.Emit),
        Of<ExtensionNumber>(ExtensionEmitter.Emit),
        Of<SctpChunks>(SctpChunksEmitter.Emit),
        Of<HandedPacket>(HandedPacketEmitter.Emit),
        Of<ConnectionStateIn>(ConnectionStateEmitter.Emit),
        Of<ConnectionStatusIn>(ConnectionStateEmitter.Emit),
        Of<ConnectionNumberIn>(ConnectionNumberEmitter.Emit),
        Of<ConnectionAddressIs>(ConnectionAddressEmitter.Emit),
        Of<ConnectionMarkIs>(ConnectionMarkEmitter.Emit),
        Of<ConnectionMarkSet>(ConnectionMarkEmitter.Emit),
        Of<ConnectionLabelIs>(ConnectionLabelEmitter.Emit),
        Of<ConnectionTrafficIn>(ConnectionTrafficEmitter.Emit),
        Of<ConnectionsAbove>(ConnectionCountEmitter.Emit),
        Of<PacketMarkIs>(PacketChangeEmitter.Emit),
        Of<PacketMarkSet>(PacketChangeEmitter.Emit),
        Of<PacketMarkRestored>(PacketChangeEmitter.Emit),
        Of<PacketMarkComputed>(KernelFindingEmitter.Emit),
        Of<PacketPrioritySet>(PacketChangeEmitter.Emit),
        Of<SegmentSizeLowered>(PacketChangeEmitter.Emit),
        Of<HandedToTarget>(PacketChangeEmitter.Emit),
        Of<KernelMatchHolds>(KernelFindingEmitter.Emit),
        Of<KernelUnasked>(KernelFindingEmitter.Emit),
        Of<ConnectionUnknowable>(ConnectionTupleEmitter.Emit),
        Of<ClusterNodeIn>(ClusterNodeEmitter.Emit),
    }.ToFrozenDictionary();

    /// <exception cref="CompileException">Nobody knows how to ask it.</exception>
    internal static void Emit(Question question, QuestionFunction function)
    {
        if (!All.TryGetValue(question.GetType(), out Action<Question, QuestionFunction>? emit))
        {
            throw new CompileException($"a question of kind {question.GetType().Name}", Origin.None);
        }

        emit(question, function);
    }

    private static KeyValuePair<Type, Action<Question, QuestionFunction>> Of<T>(Action<T, QuestionFunction> emit)
        where T : Question => new(typeof(T), (question, function) => emit((T)question, function));
}
