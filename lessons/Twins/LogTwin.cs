using System.Buffers.Binary;
using System.Net;
using System.Text;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Packets;
using static MiniFirewall.Lessons.Programs.NetfilterCode;

namespace MiniFirewall.Lessons.Twins;

/// <summary>One program on all five hooks of IPv4; it sends a record for each packet and lets it pass.</summary>
internal static class LogTwin
{
    private static readonly string[] HookNames = ["PRE_ROUTING", "LOCAL_IN", "FORWARD", "LOCAL_OUT", "POST_ROUTING"];

    /// <summary>The record, from Start on the stack: the hook, the length, two names of 16 bytes, two addresses, the protocol.</summary>
    private const int Length = 52, Start = -56;
    private const int HookAt = 0, LengthAt = 4, InAt = 8, OutAt = 24, SourceAt = 40, DestinationAt = 44, ProtocolAt = 48;

    internal static void Run(Arguments arguments)
    {
        arguments.RequireNoWords();
        using BpfMap events = BpfMap.Create(new MapSpec("events", MapType.RingBuffer, 0, 0, 1 << 16));
        using BpfProgram program = Program("log", Write).Load(events);
        List<BpfLink> links = [.. Enum.GetValues<Hook>().Select(hook => BpfLink.AttachNetfilter(program, Family.IPv4, hook, priority: 0))];
        Session.Follow(arguments, events, Print);
        links.ForEach(link => link.Dispose());
    }

    private static void Write(Assembler code)
    {
        for (int at = 0; at < Length; at += 4)
        {
            code.StoreImmediate(MemorySize.Word, Register.R10, Start + at, 0);
        }

        Copy(code, MemorySize.Byte, Place, "nf_hook_state", "hook", HookAt);
        Copy(code, MemorySize.Word, Skb, "sk_buff", "len", LengthAt);
        CopyName(code, "in", InAt);
        CopyName(code, "out", OutAt);
        Copy(code, MemorySize.Word, Ip, "iphdr", "saddr", SourceAt);
        Copy(code, MemorySize.Word, Ip, "iphdr", "daddr", DestinationAt);
        Copy(code, MemorySize.Byte, Ip, "iphdr", "protocol", ProtocolAt);
        code.Tell("events", Start, Length);
        code.Return(Accept);
    }

    private static void Copy(Assembler code, MemorySize size, Register from, string structName, string member, int to)
    {
        code.LoadMember(size, Register.R1, from, structName, member);
        code.Store(size, Register.R10, Start + to, Register.R1);
    }

    /// <summary>The name of the device that the packet came in by, or will leave by, where there is one.</summary>
    private static void CopyName(Assembler code, string member, int to)
    {
        Label none = code.DefineLabel();
        code.LoadMember(MemorySize.DoubleWord, Register.R2, Place, "nf_hook_state", member);
        code.Jump(JumpCondition.Equal, Register.R2, 0, none);
        for (int half = 0; half < 16; half += 8)
        {
            code.LoadMember(MemorySize.DoubleWord, Register.R1, Register.R2, "net_device", "name", plus: half);
            code.Store(MemorySize.DoubleWord, Register.R10, Start + to + half, Register.R1);
        }

        code.Mark(none);
    }

    private static void Print(ReadOnlySpan<byte> record) => Console.WriteLine(
        $"log: {HookNames[record[HookAt]],-12} in={Name(record[InAt..])} out={Name(record[OutAt..])} "
        + $"{new IPAddress(record.Slice(SourceAt, 4))} > {new IPAddress(record.Slice(DestinationAt, 4))} "
        + $"protocol {record[ProtocolAt]}, {BinaryPrimitives.ReadInt32LittleEndian(record[LengthAt..])} bytes");

    private static string Name(ReadOnlySpan<byte> bytes) => bytes[0] == 0 ? "-" : Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
}
