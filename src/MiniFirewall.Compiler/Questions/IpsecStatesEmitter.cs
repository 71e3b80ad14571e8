using System.Buffers.Binary;
using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Compares IPsec states with descriptions (net/netfilter/xt_policy.c, match_policy_in and match_policy_out). What came in is in the packet's
/// path (struct sec_path), the state taken off last at its end; what goes out is in a chain of routes (struct xfrm_dst), each with a state.
/// </summary>
internal sealed class IpsecStatesEmitter(IpsecStatesAre question, QuestionFunction function)
{
    /// <summary>The path or the route, and a state: numbers.</summary>
    private const Register Holder = Register.R8, State = Register.R9;

    private readonly Assembler _code = function.Code;

    internal static void Emit(IpsecStatesAre question, QuestionFunction function) => new IpsecStatesEmitter(question, function).Emit();

    private void Emit()
    {
        EmitHolder();
        if (question.IsStrict)
        {
            EmitStrict();
        }
        else
        {
            EmitAny();
        }
    }

    private void EmitHolder()
    {
        if (function.IsTest)
        {
            return;
        }

        if (question.IsOut)
        {
            PlaceEmitters.EmitRoute(function, Holder);
        }
        else
        {
            SkbExtension.EmitFind(function, Holder, "SKB_EXT_SEC_PATH", function.No);
        }
    }

    /// <summary>As many states as descriptions, each as its own.</summary>
    private void EmitStrict()
    {
        int count = question.Elements.Count;
        if (function.IsTest || !question.IsOut)
        {
            EmitCount();
            _code.Jump(JumpCondition.NotEqual, Register.R1, count, function.No);
        }

        for (int number = 0; number < count; number++)
        {
            EmitState(question.IsOut ? number : count - 1 - number, function.No);
            EmitCompare(question.Elements[number], question.IsOut ? number : count - 1 - number, function.No);
            EmitNextRoute();
        }

        if (question.IsOut && !function.IsTest)
        {
            EmitStateOfRoute();
            _code.Jump(JumpCondition.NotEqual, State, 0, function.No);
        }

        _code.Jump(function.Yes);
    }

    /// <summary>Some state as the one description.</summary>
    private void EmitAny()
    {
        for (int number = 0; number < IpsecState.Most; number++)
        {
            Label next = _code.DefineLabel("next state");
            if (function.IsTest || !question.IsOut)
            {
                EmitCount();
                _code.Jump(JumpCondition.LessOrEqual, Register.R1, number, function.No);
            }

            EmitState(number, function.No);
            EmitCompare(question.Elements[0], number, next);
            _code.Jump(function.Yes);
            _code.Mark(next);
            EmitNextRoute();
        }
    }

    /// <summary>R1 = how many states there are.</summary>
    private void EmitCount()
    {
        if (function.IsTest)
        {
            function.LoadTest(MemorySize.Byte, Register.R1, question.IsOut ? TestInputLayout.IpsecRouteCount : TestInputLayout.IpsecPathCount);
        }
        else
        {
            // An int until Linux 7.2, a byte since; its low byte is the number.
            function.LoadFrom(MemorySize.Byte, Register.R1, Holder, "sec_path", "len", plus: 0);
        }
    }

    /// <summary>The state of a number, counted from what was taken off first, or is to be put on first.</summary>
    private void EmitState(int number, Label none)
    {
        if (function.IsTest)
        {
            return;
        }

        if (question.IsOut)
        {
            EmitStateOfRoute();
            _code.Jump(JumpCondition.Equal, State, 0, none);
        }
        else
        {
            function.LoadNumber(State, Holder, "sec_path", "xvec", plus: 8 * number);
        }
    }

    private void EmitStateOfRoute() => function.LoadNumber(State, Holder, "dst_entry", "xfrm");

    private void EmitNextRoute()
    {
        if (question.IsOut && !function.IsTest)
        {
            function.LoadNumber(Holder, Holder, "xfrm_dst", "child");
        }
    }

    private void EmitCompare(ValueArray<IpsecAsk> element, int state, Label differs)
    {
        foreach (IpsecAsk ask in element)
        {
            Label equal = _code.DefineLabel("as asked"), unequal = ask.Negated ? equal : differs;
            foreach ((MemorySize size, int at, ulong value, ulong mask) in PartsOf(ask))
            {
                EmitPart(ask.Member, state, size, at);
                _code.LoadConstant(Register.R2, mask);
                _code.Alu(AluOperation.And, Register.R1, Register.R2);
                _code.LoadConstant(Register.R2, value);
                _code.Jump(JumpCondition.NotEqual, Register.R1, Register.R2, unequal);
            }

            if (ask.Negated)
            {
                _code.Jump(differs);
            }

            _code.Mark(equal);
        }
    }

    /// <summary>R1 = a part of a state's member, as it stands in memory.</summary>
    private void EmitPart(IpsecMember member, int state, MemorySize size, int at)
    {
        if (function.IsTest)
        {
            function.LoadTest(size, Register.R1, TestInputLayout.IpsecStateAt(question.IsOut, state) + TestInputLayout.IpsecMemberAt(member) + at);
            return;
        }

        string name = member switch
        {
            IpsecMember.RequestId => "props.reqid",
            IpsecMember.Spi => "id.spi",
            IpsecMember.Protocol => "id.proto",
            IpsecMember.Mode => "props.mode",
            IpsecMember.Source => "props.saddr",
            _ => "id.daddr",
        };
        function.LoadFrom(size, Register.R1, State, "xfrm_state", name, at);
    }

    /// <summary>What is loaded for a member, and what it is compared with: parameter index and addresses are in network order.</summary>
    private IEnumerable<(MemorySize Size, int At, ulong Value, ulong Mask)> PartsOf(IpsecAsk ask)
    {
        switch (ask.Member)
        {
            case IpsecMember.RequestId:
                yield return (MemorySize.Word, 0, (ulong)ask.Value, (ulong)ask.Mask);
                break;
            case IpsecMember.Protocol or IpsecMember.Mode:
                yield return (MemorySize.Byte, 0, (ulong)ask.Value, (ulong)ask.Mask);
                break;
            case IpsecMember.Spi:
            case IpsecMember.Source or IpsecMember.Destination when function.Family == Family.IPv4:
                yield return (MemorySize.Word, 0, BinaryPrimitives.ReverseEndianness((uint)ask.Value), BinaryPrimitives.ReverseEndianness((uint)ask.Mask));
                break;
            default:
                yield return (MemorySize.DoubleWord, 0, BinaryPrimitives.ReverseEndianness((ulong)(ask.Value >> 64)), BinaryPrimitives.ReverseEndianness((ulong)(ask.Mask >> 64)));
                yield return (MemorySize.DoubleWord, 8, BinaryPrimitives.ReverseEndianness((ulong)ask.Value), BinaryPrimitives.ReverseEndianness((ulong)ask.Mask));
                break;
        }
    }
}
