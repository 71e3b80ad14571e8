using MiniFirewall.Asm;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// The function ask(ctx, key, argument) of one code of questions, while it is written: what emitters of questions write into.
/// At its start R6 is the packet key, R7 the context, R8 the argument. It ends at <see cref="Yes"/> or <see cref="No"/>. Its
/// stack, with those of the functions it calls, has at most 128 bytes, for all frames of a call chain together have 512; the
/// 16 bytes below the frame pointer are this class's.
/// </summary>
/// <param name="callFind">Calls the function that finds a connection (<see cref="FindFunction"/>).</param>
/// <param name="callChange">Calls the function that notes a change of the packet (<see cref="Changes.ChangeFunction"/>).</param>
internal sealed class QuestionFunction(Assembler code, Family family, CompileOptions options, Action callFind, Action callChange)
{
    internal const Register Key = Register.R6, Context = Register.R7, Argument = Register.R8;

    /// <summary>The first byte of the stack that an emitter may not use is this one: its own lie below.</summary>
    internal const int StackTop = -DynptrBytes;

    private const int DynptrBytes = 16;

    private readonly List<Action> _behind = [];

    internal Assembler Code => code;

    internal Family Family => family;

    /// <summary>Whether the packet's surroundings come from the kernel or from <see cref="TestInputLayout"/>.</summary>
    internal PrologueKind Prologue => options.Prologue;

    /// <summary>The kernel's own tracking has marks of connections.</summary>
    internal bool HasKernelMarks => options.KernelTracking.HasFlag(KernelTracking.Marks);

    /// <summary>Pointers into the table of connections.</summary>
    internal TablePlaces Places { get; } = new(code, options.ConnectionBuckets);

    internal Label Yes { get; } = code.DefineLabel("yes");

    internal Label No { get; } = code.DefineLabel("no");

    /// <summary>Writes the whole function.</summary>
    internal void Emit(string name, Question question, Label entry)
    {
        code.BeginFunction(new Function(name, IsGlobal: true,
            [new ContextParameter("ctx", "bpf_nf_ctx"), new BytesParameter("key", PacketKey.Size), new NumberParameter("argument")]), entry);
        NullGuard.Emit(code, Register.R2, 0);
        code.Move(Key, Register.R2);
        code.Move(Context, Register.R1);
        code.Move(Argument, Register.R3);
        QuestionEmitters.Emit(question, this);
        code.Mark(No);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(Yes);
        code.Move(Register.R0, 1);
        code.Exit();
        foreach (Action emit in _behind)
        {
            emit();
        }
    }

    /// <summary>R0 = 1 plus the place of the connection whose tuple R1 points to, 0 for none. Loses R1 to R5.</summary>
    internal void CallFindConnection() => callFind();

    /// <summary>Notes that R2 is to become R3; R1 is the context. R0 = 0, or 1 where there is no room. Loses R1 to R5.</summary>
    internal void CallChange() => callChange();

    /// <summary>Has a function of its own (a loop's turn) written behind this one.</summary>
    internal void Behind(Action emit) => _behind.Add(emit);

    /// <summary>result = the packet's sk_buff, a pointer whose members may be read as they are.</summary>
    internal void LoadSkb(Register result) => code.Load(MemorySize.DoubleWord, result, Context, 8);

    /// <summary>Makes the packet readable for <see cref="EmitRead"/>. Loses R0 to R5.</summary>
    internal void EmitOpen()
    {
        LoadSkb(Register.R1);
        code.Move(Register.R2, 0);
        EmitStackAddress(Register.R3, -DynptrBytes);
        code.CallKernel("bpf_dynptr_from_skb");
    }

    /// <summary>
    /// Copies bytes of an opened packet to the stack; goes to <paramref name="missing"/> where the packet ends before. Loses R0
    /// to R5.
    /// </summary>
    /// <param name="stack">Where they go, from the frame pointer on.</param>
    /// <param name="offset">Bytes from the network header; not R0 to R3.</param>
    internal void EmitRead(int stack, int count, Register offset, Label missing)
    {
        code.Move(Register.R4, offset);
        EmitStackAddress(Register.R1, stack);
        code.Move(Register.R2, count);
        EmitStackAddress(Register.R3, -DynptrBytes);
        code.Move(Register.R5, 0);
        code.Call(Helper.DynptrRead);
        code.Jump(JumpCondition.NotEqual, Register.R0, 0, missing);
    }

    internal void EmitStackAddress(Register result, int stack)
    {
        code.Move(result, Register.R10);
        code.Alu(AluOperation.Add, result, stack);
    }
}
