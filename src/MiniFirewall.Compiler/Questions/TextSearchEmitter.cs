using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks for bytes. A turn of a bpf_loop compares the first eight at 32 places, which stand in the packet where it is linear
/// and are copied where it is not; at a place where they fit the others are compared, and the search goes on behind it
/// where those do not. Towards the packet's end a turn looks at one place.
/// </summary>
internal sealed class TextSearchEmitter
{
    private const int Places = 32, Window = Places + 8;

    /// <summary>Each turn goes on by a byte at least, and offsets have 16 bits.</summary>
    private const int MostTurns = 65536;

    // The function's frame, from its bottom: what a turn gets a pointer to.
    private const int Buffer = 0, Word = 40, Offset = 48, End = 56, Found = 64, Dynptr = 72, FrameBytes = 88;

    private const Register Frame = Register.R6, Place = Register.R7, PlaceEnd = Register.R8;

    private readonly TextSearch _search;
    private readonly Assembler _code;
    private readonly byte[] _mask;
    private readonly byte[] _want;

    private TextSearchEmitter(TextSearch search, Assembler code)
    {
        _search = search;
        _code = code;
        _mask = new byte[Length];
        _want = new byte[Length];
        for (int i = 0; i < Length; i++)
        {
            (_mask[i], _want[i]) = MaskOf(Fitting(i));
        }
    }

    private int Length => _search.Pattern.Count;

    internal static void Emit(TextSearch search, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("search_turn");
        for (int at = 0; at < Dynptr; at += 8)
        {
            StackFrame.Zero(code, FrameBytes, at);
        }

        EmitEnd(search, function);
        code.Alu(AluOperation.Add, QuestionFunction.Argument, search.From);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Offset, QuestionFunction.Argument);
        function.EmitOpen();
        StackFrame.EmitLoop(code, FrameBytes, MostTurns, turn);
        StackFrame.Load(code, MemorySize.Byte, Register.R0, FrameBytes, Found);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, function.Yes);
        code.Jump(function.No);
        function.Behind(() => new TextSearchEmitter(search, code).EmitTurn(turn));
    }

    /// <summary>
    /// The packet's end, or an earlier one. A search has no argument, so that adding it changes nothing, but the verifier sees any
    /// number: one turn looks like another.
    /// </summary>
    private static void EmitEnd(TextSearch search, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label isShort = code.DefineLabel("short packet");
        function.LoadSkb(Register.R1);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R1, "sk_buff", "len");
        code.Jump(JumpCondition.LessOrEqual, Register.R1, search.To, isShort);
        code.Move(Register.R1, search.To);
        code.Mark(isShort);
        code.Alu(AluOperation.Add, Register.R1, QuestionFunction.Argument);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, End, Register.R1);
    }

    /// <summary>R2 points to the frame; returns 1 to stop.</summary>
    private void EmitTurn(Label turn)
    {
        Label candidate = _code.DefineLabel("candidate"), tail = _code.DefineLabel("tail"), stop = _code.DefineLabel("stop");
        Label again = _code.DefineLabel("again");
        _code.BeginFunction(new Function("search_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        _code.Move(Frame, Register.R2);
        _code.Load(MemorySize.DoubleWord, Place, Frame, Offset);
        _code.Load(MemorySize.DoubleWord, PlaceEnd, Frame, End);
        EmitJumpBeyond(Length, stop);
        EmitJumpBeyond(Window, tail);
        EmitWindow(candidate, tail);
        _code.Jump(again);
        _code.Mark(tail);
        EmitRead(0, stop);
        EmitCompare(0, JumpCondition.Equal, candidate);
        _code.Alu(AluOperation.Add, Place, 1);
        _code.Mark(again);
        _code.Store(MemorySize.DoubleWord, Frame, Offset, Place);
        _code.Move(Register.R0, 0);
        _code.Exit();
        EmitCandidate(candidate, stop);
    }

    private void EmitWindow(Label candidate, Label tail)
    {
        EmitFrameAddress(Register.R1, Dynptr);
        _code.Move(Register.R2, Place);
        EmitFrameAddress(Register.R3, Buffer);
        _code.Move(Register.R4, Window);
        _code.CallKernel("bpf_dynptr_slice");
        _code.Jump(JumpCondition.Equal, Register.R0, 0, tail);
        _code.LoadConstant(Register.R2, WordOf(_mask, 0));
        _code.LoadConstant(Register.R3, WordOf(_want, 0));
        for (int i = 0; i < Places; i++)
        {
            _code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, i);
            _code.Alu(AluOperation.And, Register.R1, Register.R2);
            _code.Jump(JumpCondition.Equal, Register.R1, Register.R3, candidate);
            _code.Alu(AluOperation.Add, Place, 1);
        }
    }

    private void EmitCandidate(Label candidate, Label stop)
    {
        Label miss = _code.DefineLabel("miss");
        _code.Mark(candidate);
        _code.Move(Register.R1, Place);
        _code.Alu(AluOperation.Add, Register.R1, 1);
        _code.Store(MemorySize.DoubleWord, Frame, Offset, Register.R1);
        EmitJumpBeyond(Length, stop);
        for (int at = 8; at < Length; at += 8)
        {
            EmitRead(at, miss);
            EmitCompare(at, JumpCondition.NotEqual, miss);
        }

        for (int i = 0; i < Length; i++)
        {
            EmitTwoLetters(i, miss);
        }

        _code.StoreImmediate(MemorySize.Byte, Frame, Found, 1);
        _code.Mark(stop);
        _code.Move(Register.R0, 1);
        _code.Exit();
        _code.Mark(miss);
        _code.Move(Register.R0, 0);
        _code.Exit();
    }

    /// <summary>A byte that two letters fit which no mask tells from all others.</summary>
    private void EmitTwoLetters(int index, Label miss)
    {
        byte[] fitting = Fitting(index);
        if (Enumerable.Range(0, 256).Count(value => (value & _mask[index]) == _want[index]) == fitting.Length)
        {
            return;
        }

        Label fits = _code.DefineLabel("fits");
        EmitReadBytes(index, 1, miss);
        _code.Load(MemorySize.Byte, Register.R1, Frame, Word);
        foreach (byte letter in fitting)
        {
            _code.Jump(JumpCondition.Equal, Register.R1, letter, fits);
        }

        _code.Jump(miss);
        _code.Mark(fits);
    }

    private void EmitJumpBeyond(int bytes, Label beyond)
    {
        _code.Move(Register.R1, Place);
        _code.Alu(AluOperation.Add, Register.R1, bytes);
        _code.Jump(JumpCondition.Greater, Register.R1, PlaceEnd, beyond);
    }

    /// <summary>Copies up to eight bytes at the place, as many as the pattern has from an index on; the others are zero.</summary>
    private void EmitRead(int index, Label missing)
    {
        _code.StoreImmediate(MemorySize.DoubleWord, Frame, Word, 0);
        EmitReadBytes(index, Math.Min(8, Length - index), missing);
    }

    private void EmitReadBytes(int index, int count, Label missing)
    {
        EmitFrameAddress(Register.R1, Word);
        _code.Move(Register.R2, count);
        EmitFrameAddress(Register.R3, Dynptr);
        _code.Move(Register.R4, Place);
        _code.Alu(AluOperation.Add, Register.R4, index);
        _code.Move(Register.R5, 0);
        _code.Call(Helper.DynptrRead);
        _code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    private void EmitCompare(int index, JumpCondition condition, Label target)
    {
        _code.Load(MemorySize.DoubleWord, Register.R1, Frame, Word);
        _code.LoadConstant(Register.R2, WordOf(_mask, index));
        _code.Alu(AluOperation.And, Register.R1, Register.R2);
        _code.LoadConstant(Register.R2, WordOf(_want, index));
        _code.Jump(condition, Register.R1, Register.R2, target);
    }

    private void EmitFrameAddress(Register result, int at)
    {
        _code.Move(result, Frame);
        _code.Alu(AluOperation.Add, result, at);
    }

    /// <summary>The bytes that fit one of the pattern's.</summary>
    private byte[] Fitting(int index)
    {
        byte wanted = _search.Pattern[index];
        return _search.IgnoresCase
            ? [.. Enumerable.Range(0, 256).Select(value => (byte)value).Where(value => KernelLetters.ToUpper(value) == KernelLetters.ToUpper(wanted))]
            : [wanted];
    }

    /// <summary>The bits that all of the bytes have in common, and what they are.</summary>
    private static (byte Mask, byte Want) MaskOf(byte[] fitting)
    {
        byte differing = (byte)(fitting.Aggregate((byte)0, (sum, value) => (byte)(sum | value)) & ~fitting.Aggregate((byte)255, (common, value) => (byte)(common & value)));
        return ((byte)~differing, (byte)(fitting[0] & ~differing));
    }

    /// <summary>Up to eight bytes as a program loads them.</summary>
    private static ulong WordOf(byte[] bytes, int index)
    {
        Span<byte> word = stackalloc byte[8];
        bytes.AsSpan(index, Math.Min(8, bytes.Length - index)).CopyTo(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }
}
