using MiniFirewall.Asm;
using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Packets;

namespace MiniFirewall.Compiler.Classifier.Code;

/// <summary>
/// Emits the search through one view (see <see cref="ImageFormat"/>). R7 starts as the order behind the last one to look for;
/// where the search ends it is the best entry's, and that entry's action is at the site's Action, which starts as 0.
/// </summary>
internal sealed class LookupEmitter(Assembler code, Family family, ImageAccess image, LookupSite site, Label runOps)
{
    private const Register Cursor = Register.R9, Tag = Register.R8, Entry = Register.R8;

    private readonly KeyHashEmitter _hash = new(code, family, site);
    private readonly EntryCheckEmitter _check = new(code, family, image, site, runOps);

    private int EntryShift => family == Family.IPv6 ? 6 : 5;

    private ImageLayout Layout => image.Layout;

    private int Slots => site.IsOdd ? Layout.Capacity.OddSlots : Layout.Capacity.Slots;

    /// <summary>Falls through at the end of the search; goes to <paramref name="exhausted"/> where it turns too often.</summary>
    internal void Emit(Label exhausted)
    {
        Label tuple = code.DefineLabel("next tuple"), resolve = code.DefineLabel("resolve"), done = code.DefineLabel("search ends");
        code.Mark(tuple);
        EmitTuple(exhausted, done);
        EmitProbe(exhausted, tuple);
        code.Mark(resolve);
        EmitResolve(exhausted, tuple, resolve);
        code.Mark(done);
    }

    /// <summary>Takes the lowest tuple that is left: R8 = tag, R9 = place of its key.</summary>
    private void EmitTuple(Label exhausted, Label done)
    {
        code.MayGoto(exhausted, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5, Register.R8, Register.R9);
        code.Load(MemorySize.DoubleWord, Register.R2, Register.R10, site.Tuples);
        code.Jump(JumpCondition.Equal, Register.R2, 0, done);
        code.Move(Register.R1, Register.R2);
        code.Alu(AluOperation.Negate, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R1, Register.R2);
        code.Alu(AluOperation.Xor, Register.R2, Register.R1);
        code.Store(MemorySize.DoubleWord, Register.R10, site.Tuples, Register.R2);
        code.LoadConstant(Register.R2, ImageLayout.BitFactor);
        code.Alu(AluOperation.Multiply, Register.R1, Register.R2);
        code.Alu(AluOperation.ShiftRight, Register.R1, 58);
        image.Address(Register.R2, Layout.BitNumbers, Register.R1, 0);
        code.Load(MemorySize.Byte, Register.R1, Register.R2, 0);
        code.Alu(AluOperation.And, Register.R1, ImageFormat.MaxTuples - 1);
        if (site.Likely is { } likely)
        {
            EmitGuess(likely);
        }

        image.Address(Register.R8, site.IsOdd ? Layout.OddTuples : Layout.Tuples, Register.R1, 6);
        code.Load(MemorySize.Word, Register.R1, Register.R8, ImageFormat.TupleMinOrder);
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, LookupSite.Best, done);
        _hash.Emit();
        code.Move(Cursor, Register.R1);
        code.Alu(AluOperation.ShiftRight, Cursor, 32);

        // Read rather than known: the verifier then takes the place for any number, and a later turn of the probe for the same.
        code.LoadMapValue(Register.R2, WellKnownMaps.Image, site.IsOdd ? ImageLayout.OddSlotsWord : ImageLayout.SlotsWord);
        code.Load(MemorySize.Word, Register.R2, Register.R2, 0);
        code.Alu(AluOperation.Multiply, Cursor, Register.R2);
        code.Alu(AluOperation.ShiftRight, Cursor, 32);
        code.Move(Tag, Register.R1);
        code.Alu(AluOperation.ShiftRight, Tag, 4);
        code.Alu(AluOperation.Or, Tag, 1);
        code.Alu(AluOperation.Move, Tag, Tag, OperandWidth.Bits32);
        if (!site.IsOdd)
        {
            EmitAskForHome();
        }
    }

    /// <summary>
    /// Takes the likely tuple in place of R1 where that is the same. It changes nothing but what the processor waits for: it foresees that
    /// branch, and looks for the key while the five tables' answers are on their way.
    /// </summary>
    private void EmitGuess(int likely)
    {
        Label other = code.DefineLabel("not the likely tuple");
        code.Load(MemorySize.Word, Register.R3, Register.R10, likely);
        code.Jump(JumpCondition.NotEqual, Register.R1, Register.R3, other);
        code.Move(Register.R1, Register.R3);
        code.Alu(AluOperation.And, Register.R1, ImageFormat.MaxTuples - 1);
        code.Mark(other);
    }

    /// <summary>
    /// Reads what stands at the home of the key, for nothing but that it is on its way when the slot, which both wait for as long,
    /// leads there.
    /// </summary>
    private void EmitAskForHome()
    {
        Label beyond = code.DefineLabel("no home");
        image.Bound(Cursor, Slots + ImageFormat.SlotPadding, beyond);
        EmitUnrelated(Register.R1, Cursor);
        image.Bound(Register.R1, Slots + ImageFormat.SlotPadding, beyond);
        code.Alu(AluOperation.Multiply, Register.R1, Layout.Capacity.HomeScale);
        code.Alu(AluOperation.ShiftRight, Register.R1, ImageLayout.HomeShift);
        image.Address(Register.R2, Layout.Entries, Register.R1, EntryShift);
        for (int line = 0; line < ImageLayout.HomeLines; line++)
        {
            code.Load(MemorySize.DoubleWord, Register.R3, Register.R2, line * ImageLayout.LineSize);
        }

        code.Mark(beyond);
    }

    /// <summary>
    /// copy = register, but not to the verifier: of copies it remembers what one has to do with the other, which makes each turn of a
    /// loop different from the one before.
    /// </summary>
    private void EmitUnrelated(Register copy, Register register)
    {
        code.Move(copy, 0);
        code.Alu(AluOperation.Or, copy, register);
    }

    /// <summary>Reads slots from the place on; falls through with the reference in R1.</summary>
    private void EmitProbe(Label exhausted, Label tuple)
    {
        Label probe = code.DefineLabel("next slot");
        code.Mark(probe);
        code.MayGoto(exhausted, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5);
        EmitAdvance(Slots + ImageFormat.SlotPadding, tuple);
        image.Address(Register.R2, site.IsOdd ? Layout.OddSlots : Layout.Slots, Register.R1, 3);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R2, 0);
        code.Jump(JumpCondition.Equal, Register.R1, 0, tuple);
        code.Alu(AluOperation.Move, Register.R2, Register.R1, OperandWidth.Bits32);
        code.Jump(JumpCondition.NotEqual, Register.R2, Tag, probe);
        code.Alu(AluOperation.ShiftRight, Register.R1, 32);
    }

    /// <summary>R1 is a reference: goes through what it leads to, then to the next tuple.</summary>
    private void EmitResolve(Label exhausted, Label tuple, Label resolve)
    {
        Label run = code.DefineLabel("run"), list = code.DefineLabel("list");
        code.Move(Register.R2, Register.R1);
        code.Alu(AluOperation.ShiftRight, Register.R2, ImageFormat.KindShift);
        code.Alu(AluOperation.And, Register.R1, unchecked((int)ImageFormat.IndexMask));
        code.Jump(JumpCondition.Equal, Register.R2, (int)ImageFormat.KindRun, run);
        code.Jump(JumpCondition.Equal, Register.R2, (int)ImageFormat.KindList, list);
        code.Jump(JumpCondition.Equal, Register.R2, (int)ImageFormat.KindNone, tuple);
        EmitNode(exhausted, tuple, resolve);
        code.Mark(list);
        EmitList(exhausted, tuple);
        code.Mark(run);
        EmitRun(exhausted, tuple);
    }

    private void EmitNode(Label exhausted, Label tuple, Label resolve)
    {
        Label less = code.DefineLabel("less");
        code.MayGoto(exhausted, Register.R0, Register.R2, Register.R3, Register.R4, Register.R5, Register.R8, Register.R9);
        image.Bound(Register.R1, Layout.Capacity.Nodes, tuple);
        image.Address(Register.R2, Layout.Nodes, Register.R1, 5);
        code.Load(MemorySize.Word, Register.R3, Register.R2, ImageFormat.NodeOffset);
        code.Alu(AluOperation.And, Register.R3, ~7);
        image.Bound(Register.R3, PacketKey.Size - 7, exhausted);
        code.Move(Register.R4, LookupSite.Key);
        code.Alu(AluOperation.Add, Register.R4, Register.R3);
        code.Load(MemorySize.DoubleWord, Register.R5, Register.R4, 0);
        code.Load(MemorySize.DoubleWord, Register.R3, Register.R2, ImageFormat.NodeMask);
        code.Alu(AluOperation.And, Register.R5, Register.R3);
        code.Load(MemorySize.DoubleWord, Register.R3, Register.R2, ImageFormat.NodeThreshold);
        code.Load(MemorySize.Word, Register.R1, Register.R2, ImageFormat.NodeLess);
        code.Jump(JumpCondition.Less, Register.R5, Register.R3, less);
        code.Load(MemorySize.Word, Register.R1, Register.R2, ImageFormat.NodeNotLess);
        code.Mark(less);
        code.Jump(resolve);
    }

    private void EmitList(Label exhausted, Label tuple)
    {
        Label element = code.DefineLabel("next element"), next = code.DefineLabel("element misses");
        code.Move(Cursor, Register.R1);
        code.Mark(element);
        code.MayGoto(exhausted, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5, Entry);
        EmitAdvance(Layout.Capacity.Refs, tuple);
        image.Address(Register.R2, Layout.Refs, Register.R1, 2);
        code.Load(MemorySize.Word, Register.R1, Register.R2, 0);
        code.Store(MemorySize.Word, Register.R10, site.Element, Register.R1);
        code.Alu(AluOperation.And, Register.R1, unchecked((int)~ImageFormat.LastOfList));
        image.Bound(Register.R1, Layout.Capacity.Entries, tuple);
        EmitEntry(next, tuple);
        code.Mark(next);
        code.Load(MemorySize.Word, Register.R1, Register.R10, site.Element);
        code.Alu(AluOperation.ShiftRight, Register.R1, 31);
        code.Jump(JumpCondition.Equal, Register.R1, 0, element);
        code.Jump(tuple);
    }

    private void EmitRun(Label exhausted, Label tuple)
    {
        Label entry = code.DefineLabel("next entry"), next = code.DefineLabel("entry misses");
        code.Move(Cursor, Register.R1);
        code.Mark(entry);
        code.MayGoto(exhausted, Register.R0, Register.R1, Register.R2, Register.R3, Register.R4, Register.R5, Entry);
        EmitAdvance(Layout.Capacity.Entries, tuple);
        EmitEntry(next, tuple);
        code.Mark(next);
        code.Load(MemorySize.Half, Register.R1, Entry, family == Family.IPv6 ? ImageFormat.V6Flags : ImageFormat.V4Flags);
        code.Jump(JumpCondition.Set, Register.R1, ImageFormat.LastOfRun, tuple);
        code.Jump(entry);
    }

    /// <summary>R1 = the cursor, below count, and the cursor one further.</summary>
    private void EmitAdvance(int count, Label tuple)
    {
        image.Bound(Cursor, count, tuple);
        EmitUnrelated(Register.R1, Cursor);
        code.Alu(AluOperation.Add, Cursor, 1);
        image.Bound(Register.R1, count, tuple);
    }

    /// <summary>R1 is an entry's index, bounded: to the next tuple where it matches or nothing behind it can be better.</summary>
    private void EmitEntry(Label next, Label tuple)
    {
        if (site.IsOdd)
        {
            code.Store(MemorySize.Word, Register.R10, site.Entry, Register.R1);
        }

        image.Address(Entry, Layout.Entries, Register.R1, EntryShift);
        _check.Emit(next, tuple);
        code.Jump(tuple);
    }
}
