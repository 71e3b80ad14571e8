using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Compiler.Tracing;
using MiniFirewall.Packets;
using MiniFirewall.Policy;

namespace MiniFirewall.Compiler;

/// <summary>Emits the main function: prologue (packet to key), what looks for a verdict, the count and the verdict.</summary>
/// <param name="emitEntry">Emits the entry block: goes to the label with a result in R0, or falls through where there is none.</param>
internal sealed class MainEmitter(
    Assembler code, PacketProgram program, FieldUse use, CompileOptions options, Action<Label> emitEntry, HelperFunctions helpers)
{
    internal void Emit()
    {
        Label cut = code.DefineLabel("header cut"), invalid = code.DefineLabel("invalid"), verdict = code.DefineLabel("verdict");
        code.BeginFunction(new Function("main", IsGlobal: true, [new ContextParameter("ctx", "bpf_nf_ctx")]), code.DefineLabel("main"));
        code.Move(Frame.MainContext, Register.R1);
        code.Load(MemorySize.DoubleWord, Frame.Skb, Register.R1, 8);
        TraceEmitter? trace = options.Trace is { } layout ? new(code, use, layout) : null;
        trace?.EmitCold();
        new NetworkHeaderEmitter(code, program.Family, use).Emit(cut);
        new SurroundingsEmitter(code, use, options.Prologue).Emit();
        new HostNamesEmitter(code, program.Family, use).Emit();
        new TransportEmitter(code, program.Family, use, options.Prologue, helpers).Emit();
        trace?.EmitHeader();
        EmitTrack();
        EmitForgetChanges(Frame.MainContext);

        code.Move(Frame.BlockContext, Frame.MainContext);
        code.Move(Frame.Key, Register.R10);
        code.Alu(AluOperation.Add, Frame.Key, Frame.MainKey);
        emitEntry(verdict);
        EmitPolicy();
        code.Mark(verdict);
        EmitVerdict(invalid, cut);
    }

    /// <summary>R0 = the result of a packet that met no verdict: the policy that the program was made with, or since then the other.</summary>
    private void EmitPolicy()
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.Epoch, WellKnownMaps.EpochPolicies + WellKnownMaps.PolicyPlace(program.Hook, program.Family));
        code.Load(MemorySize.Byte, Register.R1, Register.R1, 0);
        code.Alu(AluOperation.And, Register.R1, WellKnownMaps.OtherPolicy);
        code.Move(Register.R0, ResultCode.Of(program.Default, program.DefaultCounter));
        code.Alu(AluOperation.Xor, Register.R0, Register.R1);
    }

    private void EmitTrack()
    {
        if (!options.Tracks)
        {
            return;
        }

        Label tracked = code.DefineLabel("tracked"), track = code.DefineLabel("track the connection");
        if (options.Context != ContextKind.ModuleByProbes)
        {
            Label other = code.DefineLabel("not of an open connection"), absent = code.DefineLabel("of no connection");
            new OpenConnection(code, program.Family, program.Hook, options.ConnectionBuckets, options.KernelTracking.HasFlag(KernelTracking.States)).Emit(tracked, absent, other);
            code.Mark(absent);
            code.Move(Register.R3, TrackCode.KnownAbsent);
            code.Jump(track);
            code.Mark(other);
        }

        code.Move(Register.R3, TrackCode.Judging);
        code.Mark(track);
        EmitCallTrack(Frame.MainContext);
        code.Mark(tracked);
        code.Store(MemorySize.Byte, Register.R10, Frame.MainBegins, Register.R0);
        if (options.HasProxy && options.KernelTracking.HasFlag(KernelTracking.States))
        {
            ProxiedState.Emit(code, use.HasProxy);
        }
    }

    /// <summary>
    /// What it is for is in R3. From Linux 7.2 on the verifier goes through a function, and those that it calls, anew for each call that hands it a part of the stack: so there
    /// are few of these.
    /// </summary>
    private void EmitCallTrack(Register context)
    {
        code.Move(Register.R1, context);
        code.Move(Register.R2, Register.R10);
        code.Alu(AluOperation.Add, Register.R2, Frame.MainKey);
        helpers.CallTrack();
    }

    /// <summary>Only a packet that passes begins a connection; where there is no room for it, the packet does not pass (R8).</summary>
    private void EmitRemember()
    {
        if (!options.Tracks)
        {
            return;
        }

        Label done = code.DefineLabel("remembered");
        code.Jump(JumpCondition.NotEqual, Register.R8, ResultCode.AcceptCode, done);
        code.Load(MemorySize.Byte, Register.R1, Register.R10, Frame.MainBegins);
        code.Jump(JumpCondition.Equal, Register.R1, 0, done);
        code.Move(Register.R3, TrackCode.Confirming);
        EmitCallTrack(Frame.BlockContext);
        code.Jump(JumpCondition.Equal, Register.R0, 0, done);
        code.Move(Register.R8, ResultCode.DropCode);
        code.Mark(done);
    }

    private void EmitForgetFindings()
    {
        if (use.AsksFindings && options.Prologue == PrologueKind.Netfilter)
        {
            code.Move(Register.R1, Frame.BlockContext);
            helpers.CallForget();
        }
    }

    /// <summary>A packet that is dropped may have to be handed to targets first, and goes on until it comes to the guard behind them.</summary>
    private bool DropsLater => NotesChanges && use.HandsToTargets;

    private bool NotesChanges => use.ChangesPackets && options.Prologue == PrologueKind.Netfilter;

    /// <summary>What is noted for the packet's address is for another packet, or for one that does not pass.</summary>
    private void EmitForgetChanges(Register context)
    {
        if (NotesChanges)
        {
            code.Move(Register.R3, 0);
            EmitCallChange(context, ChangeSlot.WantsNothing);
        }
    }

    /// <summary>Notes the mark of a packet that passes (R8); where there is no room for a new one, the packet does not pass.</summary>
    private void EmitChange()
    {
        if (!NotesChanges)
        {
            return;
        }

        Label done = code.DefineLabel("changed"), drops = code.DefineLabel("does not pass");
        code.Jump(JumpCondition.NotEqual, Register.R8, ResultCode.AcceptCode, drops);
        code.Load(MemorySize.Word, Register.R3, Register.R10, Frame.MainKey + PacketKey.Mark);
        EmitCallChange(Frame.BlockContext, ChangeSlot.WantsMark);
        code.Jump(JumpCondition.Equal, Register.R0, 0, done);
        code.Move(Register.R8, ResultCode.DropCode);
        code.Mark(drops);
        EmitDropChange();
        code.Mark(done);
    }

    private void EmitDropChange()
    {
        if (!DropsLater)
        {
            EmitForgetChanges(Frame.BlockContext);
            return;
        }

        code.Move(Register.R3, 0);
        EmitCallChange(Frame.BlockContext, ChangeSlot.WantsDrop);
        code.Store(MemorySize.Byte, Register.R10, Frame.MainDropsLater, Register.R0);
    }

    /// <summary>R0 = the kernel's verdict of a packet that is dropped.</summary>
    private void EmitDropped()
    {
        if (DropsLater)
        {
            // What is in memory may be any byte to the verifier, and a verdict is 0 or 1.
            code.Load(MemorySize.Byte, Register.R0, Register.R10, Frame.MainDropsLater);
            code.Alu(AluOperation.And, Register.R0, 1);
        }
        else
        {
            code.Move(Register.R0, 0);
        }
    }

    private void EmitDropsNow()
    {
        if (DropsLater)
        {
            code.StoreImmediate(MemorySize.Byte, Register.R10, Frame.MainDropsLater, 0);
        }
    }

    /// <summary>The value is in R3 already.</summary>
    private void EmitCallChange(Register context, int what)
    {
        code.Move(Register.R1, context);
        code.Move(Register.R2, what);
        helpers.CallChange();
    }

    /// <summary>R0 is a result: count it, tell whoever watches of a drop, return the kernel's verdict.</summary>
    private void EmitVerdict(Label invalid, Label cut)
    {
        const Register Code = Register.R8;
        Label watched = code.DefineLabel("watched"), notify = code.DefineLabel("notify"), drop = code.DefineLabel("drop"), done = code.DefineLabel("done");
        code.Move(Code, Register.R0);
        code.Alu(AluOperation.And, Code, 3);
        code.Jump(JumpCondition.Equal, Code, ResultCode.InvalidCode, invalid);
        code.Alu(AluOperation.ShiftRight, Register.R0, 2);
        CounterEmitter.EmitOfR0(code, Frame.MainCounterIndex, Frame.MainCounterElement, length => code.Move(length, Frame.SkbLength));

        EmitForgetFindings();
        EmitRemember();
        EmitChange();

        // Whether somebody watches is the same for every packet, drop or accept is not: the first is asked, the second computed.
        EmitJumpIfWatched(watched);
        code.Mark(done);
        EmitKernelVerdict(Code);
        code.Exit();

        code.Mark(watched);
        code.Jump(JumpCondition.Equal, Code, ResultCode.AcceptCode, done);
        code.Load(MemorySize.Word, Register.R2, Register.R10, Frame.MainCounterIndex);
        EmitKind(EventKind.Drop);
        code.Jump(notify);

        // The prologue comes here with the context where it keeps it, blocks with it where they do.
        code.Mark(cut);
        code.Move(Frame.BlockContext, Frame.MainContext);
        code.Mark(invalid);
        EmitForgetFindings();
        EmitDropsNow();
        Label invalidWatched = code.DefineLabel("invalid and watched");
        EmitJumpIfWatched(invalidWatched);
        code.Mark(drop);
        EmitDropped();
        code.Exit();
        code.Mark(invalidWatched);
        code.Move(Register.R2, 0);
        EmitKind(EventKind.Invalid);
        code.Mark(notify);
        helpers.CallEventInR2(Frame.BlockContext);
        code.Jump(drop);
    }

    /// <summary>R0 = the kernel's verdict of a result that is accept or drop.</summary>
    private void EmitKernelVerdict(Register result)
    {
        if (DropsLater)
        {
            Label accepted = code.DefineLabel("accepted");
            code.Move(Register.R0, 1);
            code.Jump(JumpCondition.Equal, result, ResultCode.AcceptCode, accepted);
            EmitDropped();
            code.Mark(accepted);
        }
        else
        {
            code.Move(Register.R0, result);
            code.Alu(AluOperation.ShiftRight, Register.R0, 1);
        }
    }

    private void EmitJumpIfWatched(Label watched)
    {
        code.LoadMapValue(Register.R1, WellKnownMaps.Control, WellKnownMaps.ControlWatchers);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R1, 0);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, watched);
    }

    private void EmitKind(EventKind kind)
    {
        code.LoadConstant(Register.R3, (ulong)kind << 32);
        code.Alu(AluOperation.Or, Register.R2, Register.R3);
    }
}
