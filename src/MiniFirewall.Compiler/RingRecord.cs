using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>A record in a ring buffer that a process reads: whether one does, and room for it.</summary>
internal static class RingRecord
{
    /// <summary>Goes to the label unless somebody has said, at this place of the control map, that he reads until later than now. Loses R0 to R5.</summary>
    /// <param name="until">Kept over the call: R6 to R9.</param>
    internal static void EmitIsRead(Assembler code, int readUntil, Register until, Label silent)
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.Control, readUntil);
        code.Load(MemorySize.DoubleWord, until, Register.R1, 0);
        code.Jump(JumpCondition.Equal, until, 0, silent);
        code.Call(Helper.KtimeGetNs);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R0, until, silent);
    }

    /// <summary>R0 = a new record; where the ring is full, counts that at the place of the control map, and goes to the label. Loses R1 to R5.</summary>
    internal static void EmitReserve(Assembler code, string ring, int size, int lost, Label full)
    {
        Label reserved = code.DefineLabel("reserved");
        code.LoadMap(Register.R1, ring);
        code.Move(Register.R2, size);
        code.Move(Register.R3, 0);
        code.Call(Helper.RingbufReserve);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, reserved);
        EmitCountLost(code, lost);
        code.Jump(full);
        code.Mark(reserved);
    }

    /// <summary>Counts something for which there was no room, at the place of the control map. Loses R1 and R2.</summary>
    internal static void EmitCountLost(Assembler code, int lost)
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.Control, lost);
        code.Move(Register.R2, 1);
        code.AtomicAdd(MemorySize.DoubleWord, Register.R1, 0, Register.R2);
    }
}
