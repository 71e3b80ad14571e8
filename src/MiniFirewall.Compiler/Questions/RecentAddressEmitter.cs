using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks for an address in a list (<see cref="RecentLayout"/>) and changes the list, all under its lock. One walk over the entries
/// finds the address, a free entry and the one that was seen longest ago. Numbers of entries come from memory, so that to the
/// verifier one turn looks like another.
/// </summary>
internal sealed class RecentAddressEmitter(RecentAddress question, QuestionFunction function)
{
    private const Register List = Register.R9, High = Register.R6, Low = Register.R7, Argument = QuestionFunction.Argument;

    /// <summary>Behind the walk: entries' numbers, or that of the first unused one where there is none.</summary>
    private const Register Oldest = Register.R4, Free = Register.R5;

    /// <summary>Once the address is found: its entry's number, and the answer.</summary>
    private const Register Slot = Register.R7, Answer = Register.R6;

    /// <summary>Older times do not count, while times are counted.</summary>
    private const Register Since = Register.R5;

    private const int Found = QuestionFunction.StackTop - 8, Ttl = Found - 8, Now = Ttl - 8, OldestSlot = Now - 8;

    private readonly Assembler _code = function.Code;
    private readonly Label _unlock = function.Code.DefineLabel("unlock");
    private readonly string _map = RecentLayout.MapOf(question.List);

    private int RingBytes => 8 * question.Stamps;

    internal static void Emit(RecentAddress question, QuestionFunction function) => new RecentAddressEmitter(question, function).Emit();

    private void Emit()
    {
        Label isNew = _code.DefineLabel("new address"), update = _code.DefineLabel("update"), keep = _code.DefineLabel("keep");
        EmitTtl();
        EmitNow();
        _code.LoadMapValue(List, _map);
        EmitAddress();
        _code.Move(Register.R1, List);
        _code.Call(Helper.SpinLock);
        EmitFlush(keep);
        _code.Mark(keep);
        EmitSearch();
        EmitBranch(isNew);
        EmitCheck(update);
        EmitUpdate(update);
        EmitNew(isNew);
        _code.Mark(_unlock);
        _code.Move(Register.R1, List);
        _code.Call(Helper.SpinUnlock);
        _code.Jump(JumpCondition.NotEqual, Answer, 0, function.Yes);
        _code.Jump(function.No);
    }

    private static int BitOf(RecentAction action) => RecentAddress.ActionBit << (int)action;

    /// <summary>The TTL as it was before forwarding; of a command none.</summary>
    private void EmitTtl()
    {
        Label isByHand = _code.DefineLabel("by hand"), asItIs = _code.DefineLabel("as it is"), forwarded = _code.DefineLabel("forwarded");
        _code.StoreImmediate(MemorySize.DoubleWord, Register.R10, Ttl, 0);
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.HandBit, isByHand);
        EmitJumpUnlessForwarded(asItIs, forwarded);
        _code.Mark(forwarded);
        _code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.HopLimit);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.Byte, Register.R10, Ttl, Register.R1);
        _code.Jump(isByHand);
        _code.Mark(asItIs);
        _code.Load(MemorySize.Byte, Register.R1, QuestionFunction.Key, PacketKey.HopLimit);
        _code.Store(MemorySize.Byte, Register.R10, Ttl, Register.R1);
        _code.Mark(isByHand);
    }

    private void EmitJumpUnlessForwarded(Label no, Label yes)
    {
        const Register Socket = Register.R9;
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.DoubleWord, Register.R1, TestInputLayout.OutInterface);
            _code.Jump(JumpCondition.Equal, Register.R1, 0, no);
            function.JumpUnlessPresent(TestInputLayout.HasSocket, yes);
            _code.Jump(no);
            return;
        }

        function.LoadState(Socket, "out");
        _code.Jump(JumpCondition.Equal, Socket, 0, no);
        function.LoadSkbNumber(Socket);
        function.LoadNumber(Socket, Socket, "sk_buff", "sk");
        _code.Jump(JumpCondition.Equal, Socket, 0, yes);
        function.LoadNumber(Socket, Socket, "sock", "__sk_common.skc_net.net");
        _code.Store(MemorySize.DoubleWord, Register.R10, Now, Socket);
        function.LoadState(Socket, "net");
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Now);
        _code.Jump(JumpCondition.Equal, Register.R1, Socket, no);
    }

    private void EmitNow()
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.DoubleWord, Register.R0, TestInputLayout.Jiffies);
        }
        else
        {
            _code.Call(Helper.Jiffies64);
        }

        _code.Store(MemorySize.DoubleWord, Register.R10, Now, Register.R0);
    }

    /// <summary>The address as it stands in the list. The packet key and the context are lost.</summary>
    private void EmitAddress()
    {
        Label isDestination = _code.DefineLabel("destination"), isLoaded = _code.DefineLabel("loaded"), isMasked = _code.DefineLabel("masked");
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.DestinationBit, isDestination);
        EmitLoadAddress(PacketKey.SourceHigh, PacketKey.SourceLow);
        _code.Jump(isLoaded);
        _code.Mark(isDestination);
        EmitLoadAddress(PacketKey.DestinationHigh, PacketKey.DestinationLow);
        _code.Mark(isLoaded);
        _code.Move(High, Register.R1);
        _code.Move(Low, Register.R2);
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.HandBit, isMasked);
        _code.Load(MemorySize.DoubleWord, Register.R1, List, RecentLayout.MaskHigh);
        if (function.Family == Family.IPv4)
        {
            _code.Alu(AluOperation.ShiftRight, Register.R1, 32);
            _code.Alu(AluOperation.And, Low, Register.R1);
        }
        else
        {
            _code.Alu(AluOperation.And, High, Register.R1);
            _code.Load(MemorySize.DoubleWord, Register.R1, List, RecentLayout.MaskLow);
            _code.Alu(AluOperation.And, Low, Register.R1);
        }

        _code.Mark(isMasked);
    }

    private void EmitLoadAddress(int high, int low)
    {
        if (function.Family == Family.IPv4)
        {
            _code.Move(Register.R1, 0);
            _code.Load(MemorySize.Word, Register.R2, QuestionFunction.Key, low);
        }
        else
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, QuestionFunction.Key, high);
            _code.Load(MemorySize.DoubleWord, Register.R2, QuestionFunction.Key, low);
        }
    }

    private void EmitFlush(Label keep)
    {
        Label flush = _code.DefineLabel("flush");
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Flush), flush);
        _code.Jump(keep);
        _code.Mark(flush);
        _code.StoreImmediate(MemorySize.Word, List, RecentLayout.Used, 0);
        _code.Move(Answer, 1);
        _code.Jump(_unlock);
    }

    /// <summary>From the last entry in use to the first.</summary>
    private void EmitSearch()
    {
        const Register Turn = Register.R1, Entry = Register.R2, Least = Register.R3;
        Label again = _code.DefineLabel("again"), end = _code.DefineLabel("end"), isNotOldest = _code.DefineLabel("not oldest");
        Label isInUse = _code.DefineLabel("in use"), isFound = _code.DefineLabel("found");
        _code.Load(MemorySize.Word, Turn, List, RecentLayout.Used);
        EmitForgotten(Oldest, Turn);
        EmitForgotten(Free, Turn);
        EmitForgotten(Register.R0, Turn);
        _code.Store(MemorySize.DoubleWord, Register.R10, Found, Register.R0);
        _code.Load(MemorySize.DoubleWord, Least, List, RecentLayout.Zero);
        _code.Alu(AluOperation.Subtract, Least, 1);
        _code.Mark(again);
        _code.MayGoto(end, RecentList.MostAddresses + 1, Register.R0, Entry);
        _code.Jump(JumpCondition.Equal, Turn, 0, end);
        _code.Alu(AluOperation.Subtract, Turn, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, Turn, RecentList.MostAddresses, end);
        EmitEntry(Entry, Turn);
        _code.Load(MemorySize.DoubleWord, Register.R0, Entry, RecentLayout.Ticket);
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, isInUse);
        EmitForgotten(Free, Turn);
        _code.Jump(again);
        _code.Mark(isInUse);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R0, Least, isNotOldest);
        _code.Move(Least, Register.R0);
        EmitForgotten(Oldest, Turn);
        _code.Mark(isNotOldest);
        EmitCompare(Entry, again, isFound);
        _code.Mark(isFound);
        EmitForgotten(Register.R0, Turn);
        _code.Store(MemorySize.DoubleWord, Register.R10, Found, Register.R0);
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.ReapBit, again);
        _code.Mark(end);
    }

    /// <summary>copy = number, of which the verifier forgets how large it may be: else each turn would be another to it.</summary>
    private void EmitForgotten(Register copy, Register number)
    {
        _code.Load(MemorySize.Word, copy, List, RecentLayout.Zero);
        _code.Alu(AluOperation.Or, copy, number, OperandWidth.Bits32);
    }

    private void EmitCompare(Register entry, Label differs, Label equal)
    {
        Label asksTtl = _code.DefineLabel("asks ttl");
        _code.Load(MemorySize.DoubleWord, Register.R0, entry, RecentLayout.AddressLow);
        _code.Jump(JumpCondition.NotEqual, Register.R0, Low, differs);
        _code.Load(MemorySize.DoubleWord, Register.R0, entry, RecentLayout.AddressHigh);
        _code.Jump(JumpCondition.NotEqual, Register.R0, High, differs);
        _code.Load(MemorySize.Half, Register.R0, entry, RecentLayout.Version);
        _code.Jump(JumpCondition.NotEqual, Register.R0, VersionOf(function.Family), differs);
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.TtlBit, asksTtl);
        _code.Jump(equal);
        _code.Mark(asksTtl);
        _code.Load(MemorySize.Byte, Register.R0, entry, RecentLayout.Ttl);
        _code.Jump(JumpCondition.Equal, Register.R0, 0, equal);
        _code.Load(MemorySize.DoubleWord, entry, Register.R10, Ttl);
        _code.Jump(JumpCondition.Equal, entry, 0, equal);
        _code.Jump(JumpCondition.NotEqual, Register.R0, entry, differs);
    }

    private void EmitBranch(Label isNew)
    {
        _code.Store(MemorySize.DoubleWord, Register.R10, OldestSlot, Oldest);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Found);
        _code.Load(MemorySize.Word, Register.R2, List, RecentLayout.Used);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, Register.R2, isNew);
        _code.Jump(JumpCondition.GreaterOrEqual, Register.R1, RecentList.MostAddresses, isNew);
        _code.Move(Slot, Register.R1);
    }

    /// <summary>What the list says of an address that it has, and what reaping and removing do; falls through to the update.</summary>
    private void EmitCheck(Label update)
    {
        Label isSet = _code.DefineLabel("set"), isRemoved = _code.DefineLabel("remove"), counted = _code.DefineLabel("counted");
        EmitNegated();
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Set), isSet);
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Remove), isRemoved);
        EmitCount(counted);
        _code.Mark(counted);
        EmitReap();
        _code.Jump(JumpCondition.Equal, Answer, 0, _unlock);
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Update), update);
        _code.Jump(_unlock);
        _code.Mark(isRemoved);
        EmitEntry(Register.R2, Slot);
        _code.StoreImmediate(MemorySize.DoubleWord, Register.R2, RecentLayout.Ticket, 0);
        _code.Alu(AluOperation.Xor, Answer, 1);
        _code.Jump(_unlock);
        _code.Mark(isSet);
        _code.Alu(AluOperation.Xor, Answer, 1);
    }

    /// <summary>Counts times up to those that are asked for; then the answer is the other.</summary>
    private void EmitCount(Label done)
    {
        const Register Turn = Register.R0, Ring = Register.R1, Stamp = Register.R2, Seconds = Register.R3, Hits = Register.R4;
        Label again = _code.DefineLabel("again"), counts = _code.DefineLabel("counts");
        _code.Move(Seconds, Argument);
        _code.Alu(AluOperation.ShiftRight, Seconds, RecentAddress.SecondsShift);
        _code.Move(Hits, Seconds);
        _code.Alu(AluOperation.Multiply, Hits, question.Hertz, OperandWidth.Bits32);
        _code.Load(MemorySize.DoubleWord, Since, Register.R10, Now);
        _code.Alu(AluOperation.Subtract, Since, Hits);
        EmitEntry(Stamp, Slot);
        _code.Load(MemorySize.Word, Turn, Stamp, RecentLayout.StampCount);
        EmitRing(Ring, Slot);
        _code.Load(MemorySize.Word, Hits, List, RecentLayout.Zero);
        _code.Mark(again);
        _code.MayGoto(done, question.Stamps + 1, Stamp);
        _code.Jump(JumpCondition.Equal, Turn, 0, done);
        _code.Alu(AluOperation.Subtract, Turn, 1);
        _code.Jump(JumpCondition.GreaterOrEqual, Turn, question.Stamps, done);
        _code.Move(Stamp, Turn);
        _code.Alu(AluOperation.ShiftLeft, Stamp, 3);
        _code.Alu(AluOperation.Add, Stamp, Ring);
        _code.Load(MemorySize.DoubleWord, Stamp, Stamp, RecentLayout.Stamps);
        _code.Jump(JumpCondition.Equal, Seconds, 0, counts);
        _code.Alu(AluOperation.Subtract, Stamp, Since);
        _code.Jump(JumpCondition.SignedLess, Stamp, 0, again);
        _code.Mark(counts);
        _code.Alu(AluOperation.Add, Hits, 1, OperandWidth.Bits32);
        _code.Move(Stamp, Argument);
        _code.Alu(AluOperation.ShiftRight, Stamp, RecentAddress.HitsShift);
        _code.Alu(AluOperation.And, Stamp, ushort.MaxValue);
        _code.Jump(JumpCondition.Less, Hits, Stamp, again);
        _code.Alu(AluOperation.Xor, Answer, 1);
    }

    /// <summary>The entry that was seen longest ago goes, if that is too long ago, and it is not about to be updated.</summary>
    private void EmitReap()
    {
        const Register Oldest = Register.R1, Stamp = Register.R3, At = Register.R0;
        Label reap = _code.DefineLabel("reap"), isOther = _code.DefineLabel("other"), done = _code.DefineLabel("reaped"), mayStay = _code.DefineLabel("may stay");
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.ReapBit, reap);
        _code.Jump(done);
        _code.Mark(reap);
        _code.Load(MemorySize.DoubleWord, Oldest, Register.R10, OldestSlot);
        _code.Jump(JumpCondition.GreaterOrEqual, Oldest, RecentList.MostAddresses, done);
        _code.Jump(JumpCondition.NotEqual, Oldest, Slot, isOther);
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Update), mayStay);
        _code.Jump(isOther);
        _code.Mark(mayStay);
        _code.Jump(JumpCondition.NotEqual, Answer, 0, done);
        _code.Mark(isOther);
        EmitEntry(Register.R2, Oldest);
        _code.Load(MemorySize.Word, At, Register.R2, RecentLayout.Index);
        _code.Alu(AluOperation.Subtract, At, 1);
        EmitRing(Stamp, Oldest);
        EmitStamp(Stamp, At);
        _code.Load(MemorySize.DoubleWord, Stamp, Stamp, RecentLayout.Stamps);
        _code.Alu(AluOperation.Subtract, Stamp, Since);
        _code.Jump(JumpCondition.SignedGreaterOrEqual, Stamp, 0, done);
        _code.StoreImmediate(MemorySize.DoubleWord, Register.R2, RecentLayout.Ticket, 0);
        _code.Mark(done);
    }

    private void EmitUpdate(Label update)
    {
        const Register Entry = Register.R2, Ring = Register.R3, At = Register.R0;
        Label enough = _code.DefineLabel("enough"), done = _code.DefineLabel("updated");
        _code.Mark(update);
        EmitEntry(Entry, Slot);
        _code.Load(MemorySize.Word, At, Entry, RecentLayout.Index);
        EmitRing(Ring, Slot);
        EmitStamp(Ring, At);
        _code.Load(MemorySize.DoubleWord, Register.R4, Register.R10, Now);
        _code.Store(MemorySize.DoubleWord, Ring, RecentLayout.Stamps, Register.R4);
        _code.Alu(AluOperation.And, At, question.Stamps - 1);
        _code.Alu(AluOperation.Add, At, 1);
        _code.Store(MemorySize.Word, Entry, RecentLayout.Index, At);
        _code.Load(MemorySize.Word, Register.R1, Entry, RecentLayout.StampCount);
        _code.Jump(JumpCondition.LessOrEqual, At, Register.R1, enough);
        _code.Store(MemorySize.Word, Entry, RecentLayout.StampCount, At);
        _code.Mark(enough);
        EmitTicket(Entry);
        _code.Jump(JumpCondition.Set, Argument, RecentAddress.HandBit, done);
        _code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Ttl);
        _code.Store(MemorySize.Byte, Entry, RecentLayout.Ttl, Register.R1);
        _code.Mark(done);
        _code.Jump(_unlock);
    }

    /// <summary>The address is not there: it comes to the list, in place of the oldest where there is no room.</summary>
    private void EmitNew(Label isNew)
    {
        const Register Number = Register.R1, Entry = Register.R2;
        Label add = _code.DefineLabel("add"), hasRoom = _code.DefineLabel("room"), isWithin = _code.DefineLabel("within"), none = _code.DefineLabel("none");
        _code.Mark(isNew);
        _code.Jump(JumpCondition.Set, Argument, BitOf(RecentAction.Set), add);
        _code.Mark(none);
        EmitNegated();
        _code.Jump(_unlock);
        _code.Mark(add);
        _code.Move(Number, Free);
        _code.Jump(JumpCondition.Less, Number, RecentList.MostAddresses, hasRoom);
        _code.Move(Number, Oldest);
        _code.Jump(JumpCondition.GreaterOrEqual, Number, RecentList.MostAddresses, none);
        _code.Mark(hasRoom);
        _code.Load(MemorySize.Word, Register.R2, List, RecentLayout.Used);
        _code.Jump(JumpCondition.Less, Number, Register.R2, isWithin);
        _code.Move(Register.R3, Number);
        _code.Alu(AluOperation.Add, Register.R3, 1);
        _code.Store(MemorySize.Word, List, RecentLayout.Used, Register.R3);
        _code.Mark(isWithin);
        EmitEntry(Entry, Number);
        _code.Store(MemorySize.DoubleWord, Entry, RecentLayout.AddressHigh, High);
        _code.Store(MemorySize.DoubleWord, Entry, RecentLayout.AddressLow, Low);
        _code.StoreImmediate(MemorySize.Half, Entry, RecentLayout.Version, VersionOf(function.Family));
        _code.Load(MemorySize.DoubleWord, Register.R3, Register.R10, Ttl);
        _code.Store(MemorySize.Byte, Entry, RecentLayout.Ttl, Register.R3);
        _code.StoreImmediate(MemorySize.Word, Entry, RecentLayout.Index, 1);
        _code.StoreImmediate(MemorySize.Word, Entry, RecentLayout.StampCount, 1);
        EmitRing(Register.R3, Number);
        _code.Load(MemorySize.DoubleWord, Register.R4, Register.R10, Now);
        _code.Store(MemorySize.DoubleWord, Register.R3, RecentLayout.Stamps, Register.R4);
        EmitTicket(Entry);
        EmitNegated();
        _code.Alu(AluOperation.Xor, Answer, 1);
    }

    /// <summary>answer = whether the question is negated.</summary>
    private void EmitNegated()
    {
        _code.Move(Answer, Argument);
        _code.Alu(AluOperation.And, Answer, RecentAddress.NegatedBit);
    }

    /// <summary>Loses R1.</summary>
    private void EmitTicket(Register entry)
    {
        _code.Load(MemorySize.DoubleWord, Register.R1, List, RecentLayout.Tickets);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.DoubleWord, List, RecentLayout.Tickets, Register.R1);
        _code.Store(MemorySize.DoubleWord, entry, RecentLayout.Ticket, Register.R1);
    }

    /// <summary>result = what the offsets of an entry's members are added to.</summary>
    private void EmitEntry(Register result, Register number) => EmitElement(result, number, RecentLayout.EntrySize);

    /// <summary>result = what the offset of stamps is added to for an entry's first.</summary>
    private void EmitRing(Register result, Register number) => EmitElement(result, number, RingBytes);

    private void EmitElement(Register result, Register number, int size)
    {
        _code.Move(result, number);
        _code.Alu(AluOperation.Multiply, result, size);
        _code.Alu(AluOperation.Add, result, List);
    }

    /// <summary>From a ring to one of its times. Loses R4.</summary>
    private void EmitStamp(Register ring, Register at)
    {
        _code.Move(Register.R4, at);
        _code.Alu(AluOperation.And, Register.R4, question.Stamps - 1);
        _code.Alu(AluOperation.ShiftLeft, Register.R4, 3);
        _code.Alu(AluOperation.Add, ring, Register.R4);
    }

    private static int VersionOf(Family family) => family == Family.IPv4 ? 4 : 6;
}
