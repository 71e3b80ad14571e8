using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Addresses in the image. The verifier wants every index bounded before it is used.</summary>
internal sealed class ImageAccess(Assembler code, ImageLayout layout)
{
    internal ImageLayout Layout => layout;

    /// <summary>address = section + index * 2^shift; index is lost. The index has been bounded.</summary>
    internal void Address(Register address, int section, Register index, int shift)
    {
        if (shift != 0)
        {
            code.Alu(AluOperation.ShiftLeft, index, shift);
        }

        code.LoadMapValue(address, WellKnownMaps.Image, section);
        code.Alu(AluOperation.Add, address, index);
    }

    /// <summary>As <see cref="Address"/>, of a chain: the sizes of some things are no powers of two.</summary>
    internal void AddressOfChain(Register address, Register index) => AddressBySize(address, layout.Chains, index, ImageFormat.ChainSize);

    /// <summary>As <see cref="Address"/>, of a record.</summary>
    internal void AddressOfRecord(Register address, Register index) => AddressBySize(address, layout.Records, index, ImageFormat.RecordSize);

    private void AddressBySize(Register address, int section, Register index, int size)
    {
        code.Alu(AluOperation.Multiply, index, size);
        code.LoadMapValue(address, WellKnownMaps.Image, section);
        code.Alu(AluOperation.Add, address, index);
    }

    /// <summary>Goes away where the index is not below the count.</summary>
    internal void Bound(Register index, int count, Label beyond) => code.Jump(JumpCondition.GreaterOrEqual, index, count, beyond);

    /// <summary>
    /// Goes away where the record in <paramref name="record"/> is not in force at the epoch that the packet found, which is on
    /// the stack at <paramref name="epoch"/>: a packet sees one epoch all its way. Loses R4 and R5.
    /// </summary>
    internal void RequireInForce(Register record, int epoch, Label not)
    {
        code.Load(MemorySize.Word, Register.R4, Register.R10, epoch);
        code.Load(MemorySize.Word, Register.R5, record, ImageFormat.RecordFrom);
        code.Jump(JumpCondition.Greater, Register.R5, Register.R4, not);
        code.Load(MemorySize.Word, Register.R5, record, ImageFormat.RecordUntil);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R4, Register.R5, not);
    }
}
