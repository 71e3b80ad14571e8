using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>Emits the first step of the ordinary search: the tuples that can hold a match for the packet, by five tables.</summary>
internal sealed class FilterEmitter(Assembler code, Family family, ImageAccess image)
{
    private const Register Tuples = Register.R0;

    /// <summary>R6 is the key. Leaves the tuples and the packed ports on the stack. Loses R0 to R5.</summary>
    internal void Emit(int tuples, int ports)
    {
        ImageLayout layout = image.Layout;
        EmitAddress(PacketKey.SourceHigh, PacketKey.SourceLow, layout.Capacity.SourceFilterShift, layout.SourceClasses, layout.SourceMasks, isFirst: true);
        EmitAddress(PacketKey.DestinationHigh, PacketKey.DestinationLow, layout.Capacity.DestinationFilterShift, layout.DestinationClasses, layout.DestinationMasks, isFirst: false);
        EmitPort(PacketKey.SourcePort, Register.R4, layout.SourcePortClasses, layout.SourcePortMasks);
        EmitPort(PacketKey.DestinationPort, Register.R5, layout.DestinationPortClasses, layout.DestinationPortMasks);
        code.Alu(AluOperation.ShiftLeft, Register.R5, 16);
        code.Alu(AluOperation.Or, Register.R4, Register.R5);
        code.Load(MemorySize.Byte, Register.R1, Frame.Key, PacketKey.Protocol);
        code.Move(Register.R5, Register.R1);
        code.Alu(AluOperation.ShiftLeft, Register.R5, 32);
        code.Alu(AluOperation.Or, Register.R4, Register.R5);
        code.Store(MemorySize.DoubleWord, Register.R10, ports, Register.R4);
        EmitAnd(layout.ProtocolMasks);
        code.Store(MemorySize.DoubleWord, Register.R10, tuples, Tuples);
    }

    private void EmitAddress(int high, int low, int shift, int classes, int masks, bool isFirst)
    {
        if (family == Family.IPv4)
        {
            code.Load(MemorySize.Word, Register.R1, Frame.Key, low);
        }
        else
        {
            code.Load(MemorySize.DoubleWord, Register.R1, Frame.Key, high);
        }

        if (shift != 0)
        {
            code.Alu(AluOperation.ShiftRight, Register.R1, shift);
        }

        code.Alu(AluOperation.And, Register.R1, ImageFormat.FilterKeys - 1);
        image.Address(Register.R2, classes, Register.R1, 1);
        code.Load(MemorySize.Half, Register.R1, Register.R2, 0);
        code.Alu(AluOperation.And, Register.R1, ImageFormat.AddressClasses - 1);
        if (isFirst)
        {
            image.Address(Register.R2, masks, Register.R1, 3);
            code.Load(MemorySize.DoubleWord, Tuples, Register.R2, 0);
        }
        else
        {
            EmitAnd(masks);
        }
    }

    private void EmitPort(int field, Register port, int classes, int masks)
    {
        code.Load(MemorySize.Half, port, Frame.Key, field);
        code.Move(Register.R1, port);
        image.Address(Register.R2, classes, Register.R1, 0);
        code.Load(MemorySize.Byte, Register.R1, Register.R2, 0);
        EmitAnd(masks);
    }

    /// <summary>R1 is the index of a bit set.</summary>
    private void EmitAnd(int masks)
    {
        image.Address(Register.R2, masks, Register.R1, 3);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, 0);
        code.Alu(AluOperation.And, Tuples, Register.R1);
    }
}
