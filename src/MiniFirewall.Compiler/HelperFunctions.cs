using MiniFirewall.Asm;
using MiniFirewall.Compiler.Changes;
using MiniFirewall.Compiler.Connections;
using MiniFirewall.Compiler.Findings;
using MiniFirewall.Compiler.Questions;
using MiniFirewall.Compiler.Retarget;
using MiniFirewall.Compiler.Sets;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler;

/// <summary>Functions that several places call; emitted once, after everything else, if anybody did.</summary>
/// <param name="use">Of the program.</param>
internal sealed class HelperFunctions(Assembler code, Family family, Hook hook, FieldUse use, CompileOptions options)
{
    /// <summary>Functions of a program (BPF_MAX_SUBPROGS, 256), without those that are emitted last.</summary>
    private const int MostFunctions = 248;

    private readonly Label _event = code.DefineLabel("send_event");
    private readonly Label _log = code.DefineLabel("send_log");
    private readonly Label _reject = code.DefineLabel("send_reject");
    private readonly Label _walk = code.DefineLabel("walk_headers");
    private readonly Label _set = code.DefineLabel("set_lookup");
    private readonly List<(Question Code, Label Entry)> _questions = [];
    private readonly Label _track = code.DefineLabel("track");
    private readonly Label _find = code.DefineLabel("find_connection");
    private readonly Label _change = code.DefineLabel("change_packet");
    private readonly Label _forget = code.DefineLabel("forget_findings");
    private bool _forgetUsed, _changeUsed, _trackUsed, _findUsed, _eventUsed, _logUsed, _rejectUsed, _walkUsed, _setUsed;

    /// <summary>send_log(ctx, what): a rule that logs has matched.</summary>
    internal void CallLog(Register context, int counter)
    {
        code.LoadConstant(Register.R2, ((ulong)EventKind.Log << 32) | (uint)counter);
        CallLogInR2(context);
    }

    /// <summary>As <see cref="CallLog"/>, with kind &lt;&lt; 32 | counter in R2 already. Where rules change marks, the log tells the one that the packet has by then.</summary>
    internal void CallLogInR2(Register context)
    {
        _logUsed = true;
        code.Move(Register.R1, context);
        if (use.ChangesPackets)
        {
            code.Load(MemorySize.Word, Register.R3, Frame.Key, PacketKey.Mark);
        }

        code.Call(_log);
    }

    /// <summary>send_event(ctx, what), with kind &lt;&lt; 32 | counter in R2 already.</summary>
    internal void CallEventInR2(Register context)
    {
        _eventUsed = true;
        code.Move(Register.R1, context);
        code.Call(_event);
    }

    /// <summary>send_reject(ctx, answer).</summary>
    internal void CallReject(Register context, Answer answer)
    {
        code.Move(Register.R2, (int)answer);
        CallRejectInR2(context);
    }

    /// <summary>As <see cref="CallReject"/>, with the answer in R2 already.</summary>
    internal void CallRejectInR2(Register context)
    {
        _rejectUsed = true;
        code.Move(Register.R1, context);
        code.Call(_reject);
    }

    /// <summary>Walks IPv6 extension headers from the protocol in the key on; R1 and R2 are context and key.</summary>
    internal void CallWalk()
    {
        _walkUsed = true;
        code.Call(_walk);
    }

    /// <summary>change_packet(ctx, what, value), in R1 to R3: R0 = 0, or 1 where the change cannot be noted (<see cref="ChangeFunction"/>).</summary>
    internal void CallChange()
    {
        _changeUsed = true;
        code.Call(_change);
    }

    /// <summary>forget_findings(ctx), in R1 (<see cref="ForgetFunction"/>).</summary>
    internal void CallForget()
    {
        _forgetUsed = true;
        code.Call(_forget);
    }

    /// <summary>Tracks the packet's connection; R1 to R3 are context, key, and whether it is to be remembered now (<see cref="TrackFunction"/>).</summary>
    internal void CallTrack()
    {
        _trackUsed = true;
        code.Call(_track);
    }

    /// <summary>R0 = 1 plus the place in the table of connections of the tuple that R1 points to, 0 for none (<see cref="FindFunction"/>).</summary>
    internal void CallFindConnection()
    {
        _findUsed = true;
        code.Call(_find);
    }

    /// <summary>R0 = what the look-up of a set says of the packet: <see cref="SetLookupEmitter"/>. Inside a block.</summary>
    internal void CallSetLookup(SetTest test)
    {
        code.LoadConstant(Register.R3, SetLayout.What(test));
        CallSetLookupInR3();
    }

    /// <summary>As <see cref="CallSetLookup"/>, with <see cref="SetLayout.What"/> in R3 already.</summary>
    internal void CallSetLookupInR3()
    {
        _setUsed = true;
        code.Move(Register.R1, Frame.BlockContext);
        code.Move(Register.R2, Frame.Key);
        code.Call(_set);
    }

    /// <summary>R0 = 1 where the answer is yes, else 0. Inside a block.</summary>
    internal void CallQuestion(Question question)
    {
        code.LoadConstant(Register.R3, question.Argument);
        CallQuestionInR3(question.Code);
    }

    /// <summary>As <see cref="CallQuestion"/>, with the question's argument in R3 already.</summary>
    internal void CallQuestionInR3(Question questionCode)
    {
        int known = _questions.FindIndex(question => question.Code == questionCode);
        if (known < 0)
        {
            known = _questions.Count;
            _questions.Add((questionCode, code.DefineLabel($"ask_{known}")));
        }

        code.Move(Register.R1, Frame.BlockContext);
        code.Move(Register.R2, Frame.Key);
        code.Call(_questions[known].Entry);
    }

    internal void EmitUsed()
    {
        code.Origin = -1;
        for (int i = 0; i < _questions.Count; i++)
        {
            new QuestionFunction(code, family, options, CallFindConnection, CallChange).Emit($"ask_{i}_{_questions[i].Code.GetType().Name}", _questions[i].Code, _questions[i].Entry);
        }

        if (_trackUsed)
        {
            new TrackFunction(code, family, hook, options, CallFindConnection).Emit(_track);
        }

        if (_findUsed)
        {
            new FindFunction(code, family, options.ConnectionBuckets).Emit(_find);
        }

        if (code.FunctionCount > MostFunctions)
        {
            throw new CompileException(
                $"the rules ask {_questions.Count} different questions, such as texts to look for, for which the kernel allows no room: {code.FunctionCount} functions of {MostFunctions}", Origin.None);
        }

        if (_eventUsed)
        {
            EventEmitter.EmitEvent(code, _event);
        }

        if (_logUsed)
        {
            EventEmitter.EmitLog(code, _log, use.ChangesPackets);
        }

        if (_rejectUsed)
        {
            EmitReject();
        }

        if (_changeUsed)
        {
            EmitChange();
        }

        if (_forgetUsed)
        {
            EmitForget();
        }

        if (_setUsed)
        {
            new SetLookupEmitter(code, family).EmitFunction(_set);
        }

        if (_walkUsed)
        {
            HeaderWalkEmitter.EmitFunction(code, _walk);
        }
    }

    private void EmitForget()
    {
        if (options.Context == ContextKind.ModuleByProbes)
        {
            throw new OldKernelException("what only the kernel can answer (socket, helper, osf, ipvs, HMARK, addrtype of IPv6) needs Linux 6.4 or newer");
        }

        ForgetFunction.Emit(code, _forget);
    }

    private void EmitChange()
    {
        if (options.Context == ContextKind.ModuleByProbes)
        {
            if (use.Questions.All.Any(question => question is SegmentSizeLowered))
            {
                throw new OldKernelException("TCPMSS changes bytes of a packet, which no program can have done here: Linux 6.4 or newer is needed");
            }

            if (use.Questions.All.OfType<HandedToTarget>().Any())
            {
                throw new OldKernelException("targets that the kernel carries out behind the rules (NFQUEUE, TEE, AUDIT, IDLETIMER, LED, SYNPROXY, nfacct, osf --log) need Linux 6.4 or newer");
            }

            ContextChange.EmitFunction(code, _change);
        }
        else
        {
            new ChangeFunction(code, options.Hertz).Emit(_change);
        }
    }

    /// <summary>The module answers by itself; under a link the packet is handed to who does.</summary>
    private void EmitReject()
    {
        switch (options.Context)
        {
            case ContextKind.Link:
                new RejectEmitter(code, family).EmitFunction(_reject);
                break;
            case ContextKind.Module:
                AnswerSlotEmitter.EmitFunction(code, _reject);
                break;
            default:
                ContextAnswer.EmitFunction(code, _reject);
                break;
        }
    }
}
