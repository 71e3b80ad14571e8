using System.Net;
using MiniFirewall.Asm;
using MiniFirewall.Bpf;

namespace MiniFirewall.Lessons.Programs;

/// <summary>The words that the lessons' programs are written in, above the assembler's instructions.</summary>
internal static class NetfilterCode
{
    internal const int Drop = 0, Accept = 1;

    /// <summary>The packet (struct sk_buff), the place (struct nf_hook_state) and the IP header (struct iphdr), kept over calls.</summary>
    internal const Register Skb = Register.R6, Place = Register.R7, Ip = Register.R8;

    /// <summary>What the program was called with, until the lesson needs the register for something else.</summary>
    internal const Register Context = Register.R9;

    private const uint BpfNetfilter = 45;

    /// <summary>A program for a Netfilter hook; <paramref name="write"/> finds Skb, Place and Ip set.</summary>
    internal static ProgramSpec Program(string name, Action<Assembler> write)
    {
        var code = new Assembler();
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        code.Move(Context, Register.R1);
        code.LoadMember(MemorySize.DoubleWord, Skb, Context, "bpf_nf_ctx", "skb");
        code.LoadMember(MemorySize.DoubleWord, Place, Context, "bpf_nf_ctx", "state");

        // At Netfilter's hooks a packet's data begins with its IP header, and that is never in fragments of memory.
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Skb, "sk_buff", "data");
        code.ReadAs("iphdr", Ip);
        write(code);
        return new ProgramSpec(name, ProgramType.Netfilter, BpfNetfilter, code.Finish(), []);
    }

    internal static BpfProgram Load(this ProgramSpec program, params BpfMap[] maps) =>
        BpfProgram.Load(program, KernelBtf.Types, maps.ToDictionary(map => map.Name));

    /// <summary>The address in R1, as a pointer to a struct of the kernel's for reading (bpf_rdonly_cast).</summary>
    internal static void ReadAs(this Assembler code, string structName, Register pointer)
    {
        code.LoadKernelType(Register.R2, structName);
        code.CallKernel("bpf_rdonly_cast");
        code.Move(pointer, Register.R0);
    }

    internal static void Return(this Assembler code, int verdict)
    {
        code.Move(Register.R0, verdict);
        code.Exit();
    }

    /// <summary>The address of a place on the stack, by its (negative) distance from the stack's end.</summary>
    internal static void StackAddress(this Assembler code, Register pointer, int place)
    {
        code.Move(pointer, Register.R10);
        code.Alu(AluOperation.Add, pointer, place);
    }

    /// <summary>Goes to a label unless the packet's protocol is this one.</summary>
    internal static void UnlessProtocol(this Assembler code, int protocol, Label otherwise)
    {
        code.LoadMember(MemorySize.Byte, Register.R1, Ip, "iphdr", "protocol");
        code.Jump(JumpCondition.NotEqual, Register.R1, protocol, otherwise);
    }

    /// <summary>Sends a record from the stack to user space.</summary>
    internal static void Tell(this Assembler code, string ring, int place, int length)
    {
        code.LoadMap(Register.R1, ring);
        code.StackAddress(Register.R2, place);
        code.Move(Register.R3, length);
        code.Move(Register.R4, 0);
        code.Call(Helper.RingbufOutput);
    }

    /// <summary>
    /// Sets <paramref name="header"/> to the header behind IP's, of which at least eight bytes can be read; goes to a label
    /// where there is none: in a fragment that is not the first, in a cut packet.
    /// </summary>
    internal static void TransportHeader(this Assembler code, Register header, Label none)
    {
        code.LoadMember(MemorySize.Half, Register.R1, Ip, "iphdr", "frag_off");
        code.ToBigEndian(Register.R1, 16);
        code.Jump(JumpCondition.Set, Register.R1, 0x1fff, none);
        code.LoadBits(Register.R3, Ip, "iphdr", "ihl");
        code.Alu(AluOperation.ShiftLeft, Register.R3, 2);

        // Only so much of the packet lies in a row behind its data pointer.
        code.LoadMember(MemorySize.Word, Register.R1, Skb, "sk_buff", "len");
        code.LoadMember(MemorySize.Word, Register.R2, Skb, "sk_buff", "data_len");
        code.Alu(AluOperation.Subtract, Register.R1, Register.R2);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R3);
        code.Jump(JumpCondition.SignedLess, Register.R1, 8, none);
        code.LoadMember(MemorySize.DoubleWord, Register.R1, Skb, "sk_buff", "data");
        code.Alu(AluOperation.Add, Register.R1, Register.R3);
        code.ReadAs("udphdr", header);
    }

    /// <summary>An address as a load from the packet sees it on this machine.</summary>
    internal static int AsLoaded(IPAddress address) => BitConverter.ToInt32(address.GetAddressBytes());
}
