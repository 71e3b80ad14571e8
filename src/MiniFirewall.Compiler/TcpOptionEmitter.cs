using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The function tcp_option(ctx, key, kind): 1 where the TCP header has an option of that kind. Meaning:
/// net/netfilter/xt_tcpudp.c, tcp_find_option. The caller has made sure that all options are there.
/// </summary>
internal static class TcpOptionEmitter
{
    private const int MaxOptions = 40;

    /// <summary>64 bytes that a 6-bit index can reach, and one more for the length byte behind the last.</summary>
    private const int Buffer = -72, BufferBytes = 72, Dynptr = -88;

    private const Register Key = Register.R6, Length = Register.R7, At = Register.R8, Turn = Register.R9;

    internal static void EmitFunction(Assembler code, Label entry)
    {
        Label absent = code.DefineLabel("absent");
        code.BeginFunction(new Function("tcp_option", IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("kind")]), entry);
        NullGuard.Emit(code, Register.R2, 0);
        code.Move(Key, Register.R2);
        code.Move(At, Register.R3);
        EmitRead(code, absent);
        code.Move(Register.R5, At);
        EmitSearch(code, absent);
        code.Mark(absent);
        code.Move(Register.R0, 0);
        code.Exit();
    }

    private static void EmitRead(Assembler code, Label absent)
    {
        for (int at = 0; at < BufferBytes; at += 8)
        {
            code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Buffer + at, 0);
        }

        code.Load(MemorySize.Byte, Length, Key, PacketKey.TcpDataOffset);
        code.Alu(AluOperation.ShiftLeft, Length, 2);
        code.Alu(AluOperation.Subtract, Length, 20);
        code.Jump(JumpCondition.SignedLessOrEqual, Length, 0, absent);
        code.Jump(JumpCondition.SignedGreater, Length, MaxOptions, absent);

        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 8);
        code.Move(Register.R2, 0);
        EmitStackAddress(code, Register.R3, Dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        EmitStackAddress(code, Register.R1, Buffer);
        code.Move(Register.R2, Length);
        EmitStackAddress(code, Register.R3, Dynptr);
        code.Load(MemorySize.Word, Register.R4, Key, PacketKey.TransportOffset);
        code.Alu(AluOperation.Add, Register.R4, 20);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, absent);
    }

    /// <summary>R5 is the kind. The index is masked after each step, so that the verifier sees the same state in each turn.</summary>
    private static void EmitSearch(Assembler code, Label absent)
    {
        Label loop = code.DefineLabel("next option"), found = code.DefineLabel("found"), step = code.DefineLabel("step");
        code.Move(At, 0);
        code.Move(Turn, 0);
        code.Mark(loop);
        code.Jump(JumpCondition.GreaterOrEqual, At, Length, absent);
        EmitStackAddress(code, Register.R1, Buffer);
        code.Alu(AluOperation.Add, Register.R1, At);
        code.Load(MemorySize.Byte, Register.R2, Register.R1, 0);
        code.Jump(JumpCondition.Equal, Register.R2, Register.R5, found);
        code.Move(Register.R3, 1);
        code.Jump(JumpCondition.Less, Register.R2, 2, step);
        code.Load(MemorySize.Byte, Register.R3, Register.R1, 1);
        code.Jump(JumpCondition.NotEqual, Register.R3, 0, step);
        code.Move(Register.R3, 1);
        code.Mark(step);
        code.Alu(AluOperation.Add, At, Register.R3);
        code.Jump(JumpCondition.Greater, At, 63, absent);
        code.Alu(AluOperation.And, At, 63);
        code.Alu(AluOperation.Add, Turn, 1);
        code.Jump(JumpCondition.Less, Turn, MaxOptions, loop);
        code.Jump(absent);
        code.Mark(found);
        code.Move(Register.R0, 1);
        code.Exit();
    }

    private static void EmitStackAddress(Assembler code, Register result, int offset)
    {
        code.Move(result, Register.R10);
        code.Alu(AluOperation.Add, result, offset);
    }
}
