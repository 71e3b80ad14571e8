using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>Copies a packet's first bytes, from the network header on, into a record of a ring buffer, with their number.</summary>
/// <param name="record">R6 to R9: the record.</param>
/// <param name="skb">R6 to R9: the sk_buff, for its members.</param>
/// <param name="number">Where in the record the number goes, 32 bits; 0 where nothing could be read.</param>
/// <param name="data">Where in the record the bytes go.</param>
/// <param name="most">Bytes at most.</param>
internal sealed class PacketBytesEmitter(Assembler code, Register record, Register skb, int number, int data, int most)
{
    /// <summary>All bytes, wherever they lie. Loses R0 to R5.</summary>
    /// <param name="context">R6 to R9.</param>
    /// <param name="dynptr">Sixteen bytes of stack.</param>
    internal void EmitAll(Register context, int dynptr)
    {
        code.Load(MemorySize.DoubleWord, Register.R1, context, 8);
        code.Move(Register.R2, 0);
        EmitDynptr(dynptr);
        code.CallKernel("bpf_dynptr_from_skb");
        code.LoadMember(MemorySize.Word, Register.R2, skb, "sk_buff", "len");
        EmitBound();
        EmitDynptr(dynptr);
        code.Move(Register.R4, 0);
        code.Move(Register.R5, 0);
        EmitRead(Helper.DynptrRead);
    }

    /// <summary>
    /// The bytes of its linear part: all headers, but for a rare sender's. The verifier has less to look up than for
    /// <see cref="EmitAll"/>. Loses R0 to R5.
    /// </summary>
    internal void EmitLinear()
    {
        code.LoadMember(MemorySize.Word, Register.R2, skb, "sk_buff", "len");
        code.LoadMember(MemorySize.Word, Register.R1, skb, "sk_buff", "data_len");
        code.Alu(AluOperation.Subtract, Register.R2, Register.R1, OperandWidth.Bits32);
        EmitBound();
        code.LoadMember(MemorySize.DoubleWord, Register.R3, skb, "sk_buff", "data");
        EmitRead(Helper.ProbeReadKernel);
    }

    private void EmitBound()
    {
        Label bounded = code.DefineLabel("bounded");
        code.Jump(JumpCondition.LessOrEqual, Register.R2, most, bounded);
        code.Move(Register.R2, most);
        code.Mark(bounded);
        code.Store(MemorySize.Word, record, number, Register.R2);
    }

    private void EmitRead(Helper helper)
    {
        Label read = code.DefineLabel("read");
        code.Move(Register.R1, record);
        code.Alu(AluOperation.Add, Register.R1, data);
        code.Call(helper);
        code.Jump(JumpCondition.Equal, Register.R0, 0, read);
        code.StoreImmediate(MemorySize.Word, record, number, 0);
        code.Mark(read);
    }

    private void EmitDynptr(int at)
    {
        code.Move(Register.R3, Register.R10);
        code.Alu(AluOperation.Add, Register.R3, at);
    }
}
