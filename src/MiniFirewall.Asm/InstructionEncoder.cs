using System.Buffers.Binary;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Asm;

/// <summary>Writes instructions as the kernel reads them: little-endian struct bpf_insn, eight bytes a slot.</summary>
public static class InstructionEncoder
{
    public static byte[] Encode(ReadOnlySpan<Instruction> instructions)
    {
        int slots = 0;
        foreach (ref readonly Instruction instruction in instructions)
        {
            slots += instruction.Slots;
        }

        var bytes = new byte[slots * 8];
        int at = 0;
        foreach (ref readonly Instruction instruction in instructions)
        {
            EncodeOne(instruction, bytes.AsSpan(at));
            at += instruction.Slots * 8;
        }

        return bytes;
    }

    private static void EncodeOne(in Instruction instruction, Span<byte> slot)
    {
        slot[0] = instruction.Opcode;
        slot[1] = (byte)((byte)instruction.Destination | (instruction.Source << 4));
        BinaryPrimitives.WriteInt16LittleEndian(slot[2..], instruction.Offset);
        // How often a loop turns is for whoever rewrites it; the kernel wants zero there.
        BinaryPrimitives.WriteInt32LittleEndian(slot[4..], instruction.IsMayGoto ? 0 : unchecked((int)instruction.Immediate));
        if (instruction.Slots == 2)
        {
            // For a pseudo function the second half stays zero; for map values it is the offset, set when resolved.
            bool isNumber = instruction.Source is 0 or 2;
            BinaryPrimitives.WriteInt32LittleEndian(slot[12..], isNumber ? (int)(instruction.Immediate >> 32) : 0);
        }
    }
}
