using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Emits <see cref="KeyHash"/>: R1 = the hash of the packet's fields under the tuple in R8. Loses R2 and R3.</summary>
internal sealed class KeyHashEmitter(Assembler code, Family family, LookupSite site)
{
    internal void Emit()
    {
        if (family == Family.IPv4)
        {
            EmitV4();
        }
        else
        {
            EmitV6();
        }

        if (!site.IsOdd)
        {
            code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, site.Ports);
            AndTuple(Register.R2, ImageFormat.TuplePortMask);
            Multiply(Register.R2, KeyHash.C2);
            code.Alu(AluOperation.Add, Register.R1, Register.R2);
        }

        code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, site.Salt);
        code.Alu(AluOperation.Add, Register.R1, Register.R2);
        Multiply(Register.R1, KeyHash.C3);
    }

    private void EmitV4()
    {
        Masked(MemorySize.Word, Register.R1, PacketKey.SourceLow, ImageFormat.TupleSourceLow);
        code.Alu(AluOperation.ShiftLeft, Register.R1, 32);
        Masked(MemorySize.Word, Register.R2, PacketKey.DestinationLow, ImageFormat.TupleDestinationLow);
        code.Alu(AluOperation.Or, Register.R1, Register.R2);
        Start();
    }

    private void EmitV6()
    {
        Masked(MemorySize.DoubleWord, Register.R1, PacketKey.SourceHigh, ImageFormat.TupleSourceHigh);
        Start();
        Mix(AluOperation.Add, PacketKey.SourceLow, ImageFormat.TupleSourceLow, KeyHash.C4);
        Mix(AluOperation.Xor, PacketKey.DestinationHigh, ImageFormat.TupleDestinationHigh, KeyHash.C1);
        Mix(AluOperation.Add, PacketKey.DestinationLow, ImageFormat.TupleDestinationLow, KeyHash.C4);
    }

    private void Start()
    {
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R8, ImageFormat.TupleSalt);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        Multiply(Register.R1, KeyHash.C1);
        Fold();
    }

    private void Mix(AluOperation operation, int field, int mask, ulong factor)
    {
        Masked(MemorySize.DoubleWord, Register.R2, field, mask);
        code.Alu(operation, Register.R1, Register.R2);
        Multiply(Register.R1, factor);
        Fold();
    }

    private void Fold()
    {
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, 32);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
    }

    private void Masked(MemorySize size, Register result, int field, int mask)
    {
        code.Load(size, result, LookupSite.Key, field);
        AndTuple(result, mask);
    }

    private void AndTuple(Register value, int mask)
    {
        code.Load(MemorySize.DoubleWord, Register.R3, Register.R8, mask);
        code.Alu(AluOperation.And, value, Register.R3);
    }

    private void Multiply(Register value, ulong factor)
    {
        code.LoadConstant(Register.R3, factor);
        code.Alu(AluOperation.Multiply, value, Register.R3);
    }
}
