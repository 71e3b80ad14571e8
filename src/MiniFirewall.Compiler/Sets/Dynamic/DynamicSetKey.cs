using MiniFirewall.Asm;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Sets;

namespace MiniFirewall.Compiler.Sets.Dynamic;

/// <summary>Makes the key of a packet's element on the stack of a question's function (<see cref="DynamicSetLayout"/>), with whole addresses.</summary>
internal sealed class DynamicSetKey(DynamicSet set, QuestionFunction function)
{
    private const Register Packet = QuestionFunction.Key, Sources = QuestionFunction.Argument;
    private const Register Protocol = Register.R1, Scratch = Register.R2, Port = Register.R4;

    private readonly Assembler _code = function.Code;

    internal DynamicSet Set => set;

    internal Family Family => function.Family;

    /// <summary>Where the key stands on the stack.</summary>
    internal int At { get; } = QuestionFunction.StackTop - DynamicSetLayout.KeyBytes(set);

    private bool IsV4 => function.Family == Family.IPv4;

    /// <summary>Goes to <paramref name="none"/> where the packet has no such port. Loses R0 to R5.</summary>
    internal void Emit(Label none)
    {
        int width = DynamicSet.WidthOf(function.Family);
        _code.StoreImmediate(MemorySize.DoubleWord, Register.R10, At, 0);
        if (set.Shape.Addresses > 0)
        {
            _code.StoreImmediate(MemorySize.Byte, Register.R10, At + DynamicSetLayout.FirstPrefix, width);
            _code.StoreImmediate(MemorySize.Byte, Register.R10, At + DynamicSetLayout.Version, IsV4 ? 4 : 6);
            EmitAddress(isFirst: true, SetSides.First);
        }

        if (set.Shape.Addresses > 1)
        {
            _code.StoreImmediate(MemorySize.Byte, Register.R10, At + DynamicSetLayout.SecondPrefix, width);
            EmitAddress(isFirst: false, SetSides.Second);
        }
        else if (set.Shape.Addresses == 1 && DynamicSetLayout.IsShort(set))
        {
            _code.StoreImmediate(MemorySize.Word, Register.R10, PlaceOf(isFirst: false), 0);
        }

        if (set.Shape.Port != SetPort.None)
        {
            EmitPort(none);
        }
    }

    /// <summary>Where an address stands on the stack; of a long one the high half.</summary>
    internal int PlaceOf(bool isFirst) => At + DynamicSetLayout.Addresses + (isFirst ? 0 : DynamicSetLayout.IsShort(set) ? 4 : 16);

    private void EmitAddress(bool isFirst, SetSides side)
    {
        Label isSource = _code.DefineLabel("source"), done = _code.DefineLabel("address known");
        _code.Jump(JumpCondition.Set, Sources, (int)side, isSource);
        EmitCopy(PacketKey.DestinationHigh, PacketKey.DestinationLow, PlaceOf(isFirst));
        _code.Jump(done);
        _code.Mark(isSource);
        EmitCopy(PacketKey.SourceHigh, PacketKey.SourceLow, PlaceOf(isFirst));
        _code.Mark(done);
    }

    private void EmitCopy(int high, int low, int place)
    {
        if (DynamicSetLayout.IsShort(set))
        {
            _code.Load(MemorySize.Word, Scratch, Packet, low);
            _code.Store(MemorySize.Word, Register.R10, place, Scratch);
            return;
        }

        if (IsV4)
        {
            _code.Move(Scratch, 0);
        }
        else
        {
            _code.Load(MemorySize.DoubleWord, Scratch, Packet, high);
        }

        _code.Store(MemorySize.DoubleWord, Register.R10, place, Scratch);
        _code.Load(IsV4 ? MemorySize.Word : MemorySize.DoubleWord, Scratch, Packet, low);
        _code.Store(MemorySize.DoubleWord, Register.R10, place + 8, Scratch);
    }

    /// <summary>Of a packet that is no later fragment (ip_set_get_ip4_port, ip_set_get_ip6_port).</summary>
    private void EmitPort(Label none)
    {
        _code.Load(MemorySize.Half, Scratch, Packet, PacketKey.FragmentOffset);
        _code.Jump(JumpCondition.NotEqual, Scratch, 0, none);
        _code.Load(MemorySize.Byte, Protocol, Packet, PacketKey.Protocol);
        if (IsV4)
        {
            _code.Jump(JumpCondition.Equal, Protocol, 0, none);
        }
        else
        {
            _code.Load(MemorySize.Byte, Scratch, Packet, PacketKey.ChainBroken);
            _code.Jump(JumpCondition.NotEqual, Scratch, 0, none);
            _code.Jump(JumpCondition.Equal, Protocol, IpProtocol.NoNextHeader, none);
        }

        if (set.Shape.Port == SetPort.TcpOrUdp)
        {
            Label fits = _code.DefineLabel("protocol fits");
            _code.Jump(JumpCondition.Equal, Protocol, IpProtocol.Tcp, fits);
            _code.Jump(JumpCondition.NotEqual, Protocol, IpProtocol.Udp, none);
            _code.Mark(fits);
        }
        else
        {
            _code.Store(MemorySize.Byte, Register.R10, At + DynamicSetLayout.Protocol, Protocol);
        }

        EmitNumber(none);
        _code.Store(MemorySize.Half, Register.R10, At + DynamicSetLayout.Port, Port);
    }

    /// <summary>R4 = the port; 0 for protocols that have none. A cut header: none.</summary>
    private void EmitNumber(Label none)
    {
        Label ports = _code.DefineLabel("ports"), first = _code.DefineLabel("first word"), length = _code.DefineLabel("length needed"), done = _code.DefineLabel("port known");
        _code.Move(Port, 0);
        EmitLength(20, ports, IpProtocol.Tcp);
        EmitLength(8, ports, IpProtocol.Udp, IpProtocol.UdpLite);
        EmitLength(12, ports, IpProtocol.Sctp);
        EmitLength(8, first, IpProtocol.Icmp, IpProtocol.Icmpv6);
        _code.Jump(done);
        _code.Mark(ports);
        _code.Jump(JumpCondition.Set, Sources, (int)SetSides.Port, first);
        _code.Load(MemorySize.Half, Port, Packet, PacketKey.DestinationPort);
        _code.Jump(length);

        // An ICMP message's type and code stand where other headers have the source port.
        _code.Mark(first);
        _code.Load(MemorySize.Half, Port, Packet, PacketKey.SourcePort);
        _code.Mark(length);
        _code.Load(MemorySize.Half, Register.R3, Packet, PacketKey.TransportLength);
        _code.Jump(JumpCondition.Less, Register.R3, Scratch, none);
        _code.Mark(done);
    }

    private void EmitLength(int bytes, Label target, params ReadOnlySpan<byte> protocols)
    {
        _code.Move(Scratch, bytes);
        foreach (byte protocol in protocols)
        {
            _code.Jump(JumpCondition.Equal, Protocol, protocol, target);
        }
    }
}
