using MiniFirewall.Asm;

namespace MiniFirewall.Compiler;

/// <summary>
/// The program that puts a rule set on trial: run once, it starts a timer in the map "trial" (bpf_timer, kernel 5.15), whose callback puts
/// back the generation before, if the one in force is still on trial by then. From there on nothing has to live but the map, which a
/// pin holds; the timer is over with the map's last pin and descriptor.
/// </summary>
public static class TrialTimer
{
    /// <summary>u64 in the map's value: the word that puts the generation before in force.</summary>
    public const int BackTo = 16;

    /// <summary>u64: when, in nanoseconds of CLOCK_BOOTTIME.</summary>
    public const int Deadline = 24;

    /// <summary>u64: what the user called it; any number.</summary>
    public const int Kind = 32;

    /// <summary>Bytes of the value; the timer is at its start.</summary>
    public const int ValueSize = 40;

    /// <summary>What a run returns where the timer has been started.</summary>
    public const uint Started = 1;

    private const int BootClock = 7; // CLOCK_BOOTTIME

    /// <summary>Another processor may switch between the look and the write; that is rare, and as often in a row it does not happen.</summary>
    private const int Attempts = 8;

    /// <summary>The program, a socket filter: every kernel with timers can run one on a packet that nobody sends.</summary>
    /// <param name="backTo">The word that puts the generation before in force.</param>
    public static ProgramSpec Compile(ulong backTo, TimeSpan time, ulong kind)
    {
        var code = new Assembler();
        Label expired = code.DefineLabel("expired");
        EmitStart(code, backTo, (ulong)time.Ticks * TimeSpan.NanosecondsPerTick, kind, expired);
        EmitExpired(code, expired);
        return new ProgramSpec("minifw_trial", ProgramType.SocketFilter, 0, code.Finish(), []);
    }

    private static void EmitStart(Assembler code, ulong backTo, ulong nanoseconds, ulong kind, Label expired)
    {
        const Register Value = Register.R6, Length = Register.R7;
        Label found = code.DefineLabel("found"), failed = code.DefineLabel("failed");
        code.BeginFunction(new Function("start", IsGlobal: true, [new ContextParameter("ctx", "__sk_buff")]), code.DefineLabel("start"));
        code.StoreImmediate(MemorySize.Word, Register.R10, -4, 0);
        code.LoadMap(Register.R1, WellKnownMaps.Trial);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, -4);
        code.Call(Helper.MapLookupElement);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, found);
        code.Mark(failed);
        code.Move(Register.R0, 0);
        code.Exit();

        code.Mark(found);
        code.Move(Value, Register.R0);
        code.LoadConstant(Length, nanoseconds);
        code.LoadConstant(Register.R1, backTo);
        code.Store(MemorySize.DoubleWord, Value, BackTo, Register.R1);
        code.LoadConstant(Register.R1, kind);
        code.Store(MemorySize.DoubleWord, Value, Kind, Register.R1);
        code.Call(Helper.KtimeGetBootNs);
        code.Alu(AluOperation.Add, Register.R0, Length);
        code.Store(MemorySize.DoubleWord, Value, Deadline, Register.R0);

        // A timer that is there already is started anew, so what this returns does not matter.
        code.Move(Register.R1, Value);
        code.LoadMap(Register.R2, WellKnownMaps.Trial);
        code.Move(Register.R3, BootClock);
        code.Call(Helper.TimerInit);
        code.Move(Register.R1, Value);
        code.LoadFunction(Register.R2, expired);
        code.Call(Helper.TimerSetCallback);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, failed);
        code.Move(Register.R1, Value);
        code.Move(Register.R2, Length);
        code.Move(Register.R3, 0);
        code.Call(Helper.TimerStart);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, failed);
        code.Move(Register.R0, (int)Started);
        code.Exit();
    }

    /// <summary>expired(map, key, value): one exchange, so that whoever confirms at the same moment is first or too late.</summary>
    private static void EmitExpired(Assembler code, Label entry)
    {
        const Register Control = Register.R6, BackToWord = Register.R7, Word = Register.R8;
        Label over = code.DefineLabel("over");
        code.BeginFunction(new Function("expired", IsGlobal: false, [new NumberParameter("map"), new NumberParameter("key"), new NumberParameter("value")]), entry);
        code.Load(MemorySize.DoubleWord, BackToWord, Register.R3, BackTo);
        code.LoadMapValue(Control, WellKnownMaps.Control, WellKnownMaps.ControlGeneration);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            code.Load(MemorySize.DoubleWord, Word, Control, 0);
            code.Move(Register.R1, Word);
            code.Alu(AluOperation.ShiftRight, Register.R1, 62);
            code.Jump(JumpCondition.NotEqual, Register.R1, 1, over);
            code.Move(Register.R0, Word);
            code.AtomicCompareExchange(MemorySize.DoubleWord, Control, 0, BackToWord);
            code.Jump(JumpCondition.Equal, Register.R0, Word, over);
        }

        code.Mark(over);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
