using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Packets;
using static MiniFirewall.Lessons.Programs.NetfilterCode;

namespace MiniFirewall.Lessons.Twins;

/// <summary>Two programs on LOCAL_IN. The guard may drop UDP; the witness tells what reaches it.</summary>
internal static class CallbacksTwin
{
    private const int Udp = 17, Guard = 0, Witness = 1;

    internal static void Run(Arguments arguments)
    {
        Dictionary<string, int> settings = arguments.Numbers(("stop", 0), ("witness", 10));
        using BpfMap events = BpfMap.Create(new MapSpec("events", MapType.RingBuffer, 0, 0, 1 << 16));
        using BpfProgram guard = Program("guard", code => WriteGuard(code, settings["stop"] != 0)).Load(events);
        using BpfProgram witness = Program("witness", code => Answer(code, Witness, Accept)).Load(events);
        using BpfLink first = BpfLink.AttachNetfilter(guard, Family.IPv4, Hook.LocalIn, priority: 0);
        using BpfLink second = BpfLink.AttachNetfilter(witness, Family.IPv4, Hook.LocalIn, settings["witness"]);
        Session.Follow(arguments, events, Print);
    }

    /// <summary>What may change is not asked for each packet: the program is another one.</summary>
    private static void WriteGuard(Assembler code, bool stop)
    {
        if (stop)
        {
            Label accept = code.DefineLabel();
            code.UnlessProtocol(Udp, accept);
            Answer(code, Guard, Drop);
            code.Mark(accept);
        }

        Answer(code, Guard, Accept);
    }

    /// <summary>Three bytes, who says what of which protocol, and the verdict.</summary>
    private static void Answer(Assembler code, int who, int verdict)
    {
        code.LoadMember(MemorySize.Byte, Register.R1, Ip, "iphdr", "protocol");
        code.StoreImmediate(MemorySize.Byte, Register.R10, -8, who);
        code.Store(MemorySize.Byte, Register.R10, -7, Register.R1);
        code.StoreImmediate(MemorySize.Byte, Register.R10, -6, verdict);
        code.Tell("events", -8, 3);
        code.Return(verdict);
    }

    private static void Print(ReadOnlySpan<byte> record) => Console.WriteLine(
        $"callbacks: {(record[0] == Guard ? "guard" : "witness")}: protocol {record[1]}, {(record[2] == Drop ? "NF_DROP" : "NF_ACCEPT")}");
}
