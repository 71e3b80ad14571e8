using System.Buffers.Binary;
using System.Net;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;
using MiniFirewall.Lessons.Programs;
using MiniFirewall.Packets;
using static MiniFirewall.Lessons.Programs.NetfilterCode;

namespace MiniFirewall.Lessons.Twins;

/// <summary>What is for this host meets one rule, written in C#: drop ICMP from 10.0.1.2.</summary>
internal static class MatchTwin
{
    private const int Icmp = 1;

    private static readonly IPAddress Unwanted = IPAddress.Parse("10.0.1.2");

    internal static void Run(Arguments arguments)
    {
        arguments.RequireNoWords();
        using BpfMap dropped = BpfMap.Create(new MapSpec("dropped", MapType.Array, 4, 8, 1));
        using BpfProgram program = Program("match", Write).Load(dropped);
        using (BpfLink.AttachNetfilter(program, Family.IPv4, Hook.LocalIn, priority: 0))
        {
            Session.Hold(arguments);
        }

        var count = new byte[8];
        dropped.TryLookup(new byte[4], count);
        Console.WriteLine($"match: dropped {BinaryPrimitives.ReadUInt64LittleEndian(count)} packets");
    }

    private static void Write(Assembler code)
    {
        Label accept = code.DefineLabel();
        code.UnlessProtocol(Icmp, accept);
        code.LoadMember(MemorySize.Word, Register.R1, Ip, "iphdr", "saddr");
        code.Jump(JumpCondition.NotEqual, Register.R1, AsLoaded(Unwanted), accept, OperandWidth.Bits32);

        code.LoadMapValue(Register.R1, "dropped");
        code.Move(Register.R2, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R1, 0, Register.R2);
        code.Return(Drop);

        code.Mark(accept);
        code.Return(Accept);
    }
}
