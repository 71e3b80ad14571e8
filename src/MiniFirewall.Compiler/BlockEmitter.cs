using System.Collections.Immutable;
using MiniFirewall.Asm;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Emits blocks: as functions, or, beyond the kernel's call depth, copied into their callers.</summary>
internal sealed class BlockEmitter
{
    /// <summary>Jumps reach 32,767 slots; a copied block must fit into one.</summary>
    private const int MaxCopiedInstructions = 16_000;

    private readonly Assembler _code;
    private readonly PacketProgram _program;
    private readonly BlockPlan _plan;
    private readonly StatementEmitter _statements;
    private readonly Dictionary<int, Label[]> _functions = [];
    private readonly ImmutableArray<string>.Builder _origins = ImmutableArray.CreateBuilder<string>();

    internal BlockEmitter(Assembler code, PacketProgram program, BlockPlan plan, HelperFunctions helpers)
    {
        _code = code;
        _program = program;
        _plan = plan;
        _statements = new(code, program.Family, helpers, this);
        foreach (int block in plan.Functions)
        {
            _functions[block] = [.. plan.Parts(block).Select(_ => code.DefineLabel(program.Blocks[block].Name))];
        }
    }

    internal ImmutableArray<string> Origins => _origins.ToImmutable();

    /// <summary>
    /// Inside main, with the key in R6 and the context in R7: runs the entry block. Goes to <paramref name="verdict"/> with
    /// a result in R0, or falls through where there is none.
    /// </summary>
    internal void EmitEntry(Label verdict)
    {
        int entry = _program.Entry;
        if (_plan.IsFunction(entry))
        {
            EmitCalls(entry, verdict);
            return;
        }

        Label end = _code.DefineLabel("end of entry");
        EmitAll(_program.Blocks[entry].Statements, BlockPlace.InMain(() => _code.Jump(verdict)), () => _code.Jump(end));
        _code.Mark(end);
        _code.Origin = -1;
    }

    /// <summary>
    /// Runs a block's function, part by part. Goes to <paramref name="verdict"/> with a result in R0, or falls through
    /// where there is none.
    /// </summary>
    private void EmitCalls(int block, Label verdict)
    {
        Label[] parts = _functions[block];
        Label none = _code.DefineLabel("no verdict");
        foreach (Label part in parts)
        {
            LoadArguments();
            _code.Call(part);
            if (parts.Length > 1)
            {
                _code.Jump(JumpCondition.Equal, Register.R0, ResultCode.Left, none);
            }

            _code.Jump(JumpCondition.NotEqual, Register.R0, ResultCode.None, verdict);
        }

        _code.Mark(none);
    }

    /// <summary>Inside a block: runs another one; returns its verdict, or falls through.</summary>
    internal void EmitCallFromBlock(int block, BlockPlace place, Origin origin)
    {
        if (!_plan.IsFunction(block))
        {
            EmitCopy(block, place, origin);
            return;
        }

        Label verdict = _code.DefineLabel("verdict"), after = _code.DefineLabel("after call");
        EmitCalls(block, verdict);
        _code.Jump(after);
        _code.Mark(verdict);
        place.EmitReturn();
        _code.Mark(after);
    }

    internal void EmitFunctions()
    {
        foreach (int block in _plan.Functions)
        {
            int part = 0;
            foreach (ImmutableArray<Statement> statements in _plan.Parts(block))
            {
                EmitFunction(block, part++, statements);
            }
        }
    }

    private static string Identifier(string name, int block, int part)
    {
        var safe = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')]);
        return $"b{block}_{part}_{safe}";
    }

    private void EmitFunction(int block, int part, ImmutableArray<Statement> statements)
    {
        _code.Origin = -1;
        _code.BeginFunction(Frame.BlockFunction(Identifier(_program.Blocks[block].Name, block, part)), _functions[block][part]);
        NullGuard.Emit(_code, Register.R2, ResultCode.Invalid);
        _code.Move(Frame.Key, Register.R2);
        _code.Move(Frame.BlockContext, Register.R1);

        int leftCode = _functions[block].Length > 1 ? ResultCode.Left : ResultCode.None;
        EmitAll(statements, BlockPlace.InFunction(_code), () =>
        {
            _code.Move(Register.R0, leftCode);
            _code.Exit();
        });
        _code.Origin = -1;
        _code.Move(Register.R0, ResultCode.None);
        _code.Exit();
    }

    private void EmitCopy(int block, BlockPlace place, Origin origin)
    {
        int start = _code.Count;
        Label end = _code.DefineLabel("end of copy");
        foreach (Statement statement in _program.Blocks[block].Statements)
        {
            EmitOne(statement, place, () => _code.Jump(end));
            if (_code.Count - start > MaxCopiedInstructions)
            {
                throw new CompileException("calls nest more than four deep, and what lies below is too large to be copied", origin);
            }
        }

        _code.Mark(end);
    }

    private void EmitAll(ImmutableArray<Statement> statements, BlockPlace place, Action emitLeave)
    {
        foreach (Statement statement in statements)
        {
            EmitOne(statement, place, emitLeave);
        }
    }

    private void EmitOne(Statement statement, BlockPlace place, Action emitLeave)
    {
        int caller = _code.Origin;
        _code.Origin = _origins.Count;
        _origins.Add($"{statement.Origin.Place}: {statement.Origin.Text}");
        _statements.Emit(statement, place, emitLeave);
        _code.Origin = caller;
    }

    private void LoadArguments()
    {
        _code.Move(Register.R1, Frame.BlockContext);
        _code.Move(Register.R2, Frame.Key);
    }
}
