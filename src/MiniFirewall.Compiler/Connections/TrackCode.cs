using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Connections;

/// <summary>
/// What the function that tracks a packet is written with. Its registers: R6 the packet key; R7 the context, and behind the packet's
/// last read the receiving side of a TCP or SCTP connection; R8 the sending side; R9 the connection's entry. R1 to R5 are scratch. All
/// else is in its frame.
/// </summary>
internal sealed class TrackCode(Assembler code, int buckets)
{
    internal const Register Key = Register.R6, Context = Register.R7, Receiver = Register.R7, Sender = Register.R8, Entry = Register.R9;

    internal const int FrameBytes = 184;

    /// <summary>
    /// What a call is for (<see cref="Confirms"/>): before the rules; behind them, for a packet that passes and begins a connection; before
    /// them, for one whose connection has been looked for in vain (<see cref="OpenLookup"/>).
    /// </summary>
    internal const int Judging = 0, Confirming = 1, KnownAbsent = 2;

    // The frame, from its bottom. Single bytes of the option walk stand where the verifier keeps nothing of their values.
    internal const int Tuple = 0, Buffer = 40, Dynptr = 104;
    internal const int OptionAt = 153, OptionLength = 154, OptionFlags = 155, OptionScale = 157, SackSeen = 158;

    /// <summary>What the kernel's tracking says of the packet (<see cref="KernelState"/>).</summary>
    internal static readonly Slot SaidByKernel = InFrame(152, MemorySize.Byte);

    /// <summary>The TCP header of a packet, and its options behind it; of other protocols the first eight bytes.</summary>
    internal const int HeaderBytes = 20, MostOptions = 40;

    internal const int KindAt = 144, DirectionAt = 148;

    internal static readonly Slot Sequence = InFrame(120), Acknowledgement = InFrame(124), Sack = InFrame(128), End = InFrame(132), Window = InFrame(136);
    internal static readonly Slot Timeout = InFrame(140), Kind = InFrame(KindAt), Direction = InFrame(DirectionAt), Confirms = InFrame(160), Swapped = InFrame(164);
    internal static readonly Slot Before = InFrame(168), After = InFrame(172);

    /// <summary>1 plus the entry's place in the table, 0 where there is none; and the packet's length from the network header on.</summary>
    internal static readonly Slot Place = InFrame(176), Length = InFrame(180);

    /// <summary>The same place, in the key: what questions of rules look into.</summary>
    internal static readonly Slot PlaceForRules = InKey(PacketKey.ConnectionPlace, MemorySize.Word);

    internal static readonly Slot TcpFlags = new(Register.R10, Buffer + 13 - FrameBytes, MemorySize.Byte);

    internal Assembler Code => code;

    internal TablePlaces Places { get; } = new(code, buckets);

    internal static Slot InFrame(int at, MemorySize size = MemorySize.Word) => new(Register.R10, at - FrameBytes, size);

    internal static Slot InEntry(int at, MemorySize size = MemorySize.Word) => new(Entry, ConnectionEntry.InLine(at), size, ConnectionEntry.LineOf(at));

    internal static Slot InKey(int at, MemorySize size) => new(Key, at, size);

    internal void Load(Register result, Slot slot)
    {
        if (slot.Line != 0)
        {
            Places.EmitLoad(slot.Size, result, slot.Base, (slot.Line * ConnectionEntry.LineSize) + slot.Offset);
            return;
        }

        code.Load(slot.Size, result, slot.Base, slot.Offset);
    }

    internal void Store(Slot slot, Register value)
    {
        Places.EmitMove(slot.Base, slot.Line);
        code.Store(slot.Size, slot.Base, slot.Offset, value);
        Places.EmitMove(slot.Base, -slot.Line);
    }

    internal void Set(Slot slot, int value)
    {
        Places.EmitMove(slot.Base, slot.Line);
        code.StoreImmediate(slot.Size, slot.Base, slot.Offset, value);
        Places.EmitMove(slot.Base, -slot.Line);
    }

    /// <summary>The slot = 0, which the verifier takes for any number, so that it need not follow what is behind for 0 alone. Loses R1 and R2.</summary>
    internal void SetZeroUnseen(Slot slot)
    {
        Load(Register.R1, Length);
        Load(Register.R2, Length);
        code.Alu(AluOperation.Xor, Register.R1, Register.R2);
        Store(slot, Register.R1);
    }

    internal void Copy(Slot to, Slot from)
    {
        Load(Register.R1, from);
        Store(to, Register.R1);
    }

    /// <summary>to = max(from, 1). Loses R1.</summary>
    internal void CopyAtLeastOne(Slot to, Slot from)
    {
        Load(Register.R1, from);
        StoreAtLeastOne(to);
    }

    /// <summary>to = max(R1, 1).</summary>
    internal void StoreAtLeastOne(Slot to)
    {
        Label positive = code.DefineLabel("positive");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, positive, OperandWidth.Bits32);
        code.Move(Register.R1, 1);
        code.Mark(positive);
        Store(to, Register.R1);
    }

    internal void SetBits(Slot slot, int bits)
    {
        Load(Register.R1, slot);
        code.Alu(AluOperation.Or, Register.R1, bits);
        Store(slot, Register.R1);
    }

    internal void ClearBits(Slot slot, int bits)
    {
        Load(Register.R1, slot);
        code.Alu(AluOperation.And, Register.R1, ~bits);
        Store(slot, Register.R1);
    }

    internal void If(Slot slot, JumpCondition condition, int value, Label target)
    {
        Load(Register.R1, slot);
        code.Jump(condition, Register.R1, value, target, OperandWidth.Bits32);
    }

    internal void If(Slot left, JumpCondition condition, Slot right, Label target)
    {
        Load(Register.R1, left);
        Load(Register.R2, right);
        code.Jump(condition, Register.R1, Register.R2, target, OperandWidth.Bits32);
    }

    internal void IfSet(Slot slot, int bits, Label target) => If(slot, JumpCondition.Set, bits, target);

    internal void IfClear(Slot slot, int bits, Label target)
    {
        Load(Register.R1, slot);
        code.Alu(AluOperation.And, Register.R1, bits);
        code.Jump(JumpCondition.Equal, Register.R1, 0, target);
    }

    /// <summary>
    /// Goes where left - right + plus, as sequence numbers are compared (RFC 9293 §3.4), is on that side of zero. Loses R1 and R2.
    /// </summary>
    internal void IfDistance(Slot left, Slot right, int plus, JumpCondition condition, Label target)
    {
        Load(Register.R1, left);
        Load(Register.R2, right);
        code.Alu(AluOperation.Subtract, Register.R1, Register.R2, OperandWidth.Bits32);
        if (plus != 0)
        {
            code.Alu(AluOperation.Add, Register.R1, plus, OperandWidth.Bits32);
        }

        code.Jump(condition, Register.R1, 0, target, OperandWidth.Bits32);
    }

    internal void Address(Register result, int at) => StackFrame.Address(code, result, FrameBytes, at);

    /// <summary>R1 = a time-out in ticks.</summary>
    internal void LoadTimeout(int number)
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.Tracking, TrackingTable.Timeouts + (4 * number));
        code.Load(MemorySize.Word, Register.R1, Register.R1, 0);
    }

    /// <summary>Goes by what something is set to; the place is one of <see cref="TrackingTable"/>. Loses R1.</summary>
    internal void IfSetting(int at, JumpCondition condition, int value, Label target)
    {
        LoadSetting(Register.R1, at);
        code.Jump(condition, Register.R1, value, target, OperandWidth.Bits32);
    }

    internal void LoadSetting(Register result, int at)
    {
        code.LoadMapValue(result, WellKnownMaps.Tracking, at);
        code.Load(MemorySize.Word, result, result, 0);
    }

    /// <summary>The time-out is at most another one. Loses R1 and R2.</summary>
    internal void LimitTimeout(int number, Label unless)
    {
        LoadTimeout(number);
        Load(Register.R2, Timeout);
        code.Jump(JumpCondition.LessOrEqual, Register.R2, Register.R1, unless, OperandWidth.Bits32);
        Store(Timeout, Register.R1);
    }

    /// <summary>R9 = the entry of the place in the frame. Loses R1 and R2.</summary>
    internal void EmitEntryOfPlace()
    {
        Load(Register.R1, Place);
        code.Alu(AluOperation.Subtract, Register.R1, 1);
        Places.EmitEntry(Entry, Register.R1, Register.R2);
    }

    /// <summary>The entry lives for the time-out from now on. Loses R0 to R3.</summary>
    internal void EmitRefresh()
    {
        code.Call(Helper.Jiffies64);
        Load(Register.R1, Timeout);
        code.Alu(AluOperation.Add, Register.R0, Register.R1);
        code.Store(MemorySize.DoubleWord, Entry, ConnectionEntry.Expires, Register.R0);
        EmitRank();
    }

    /// <summary>Tells the entry's bucket when it ends, which is in R0, and what it is. Loses R0 to R3.</summary>
    internal void EmitRank()
    {
        code.Alu(AluOperation.ShiftRight, Register.R0, ConnectionTable.TickShift);
        code.Alu(AluOperation.And, Register.R0, (1 << ConnectionTable.ClassShift) - 1);
        Load(Register.R1, InEntry(ConnectionEntry.Flags));
        code.Alu(AluOperation.ShiftRight, Register.R1, 1);
        code.Alu(AluOperation.And, Register.R1, 3);
        code.Alu(AluOperation.ShiftLeft, Register.R1, ConnectionTable.ClassShift);
        code.Alu(AluOperation.Or, Register.R0, Register.R1);
        Load(Register.R1, Place);
        code.Alu(AluOperation.Subtract, Register.R1, 1);
        Places.EmitRank(Register.R3, Register.R1, Register.R2);
        code.Store(MemorySize.Word, Register.R3, 0, Register.R0);
    }

    /// <summary>The entry has ended.</summary>
    internal void EmitEnd() => code.StoreImmediate(MemorySize.DoubleWord, Entry, ConnectionEntry.Expires, 0);
}
