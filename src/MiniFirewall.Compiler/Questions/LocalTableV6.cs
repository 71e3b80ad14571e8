using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks an address up in the kernel's local table of IPv6 (net/ipv6/ip6_fib.c, fib6_node_lookup): down the tree by the address's
/// bits, and up again to the longest prefix with a route. Hooks run under the lock that keeps all of it in place (RCU).
/// </summary>
internal static class LocalTableV6
{
    private const int HasRoutes = 4, IsRoot = 2; // RTN_RTINFO, RTN_ROOT of include/net/ip6_fib.h
    private const int Dead = 1; // RTNH_F_DEAD
    private const int LocalShift = 31; // RTF_LOCAL is the highest bit
    private const int MostTurns = 1 << 16;

    // The frame, from its bottom.
    private const int High = 0, Low = 8, Node = 16, Route = 24, State = 33, Found = 34, FrameBytes = 40 - QuestionFunction.StackTop;

    // What a turn does: go down, look at a node on the way up, look at a route of a node.
    private const int Down = 1, Up = 2, AtRoute = 3;

    /// <summary>Goes to Yes where the route is a local one, falls through where it is not, or there is none.</summary>
    /// <param name="high">The address, host order.</param>
    internal static void EmitIsLocal(QuestionFunction function, Register high, Register low)
    {
        const Register Table = Register.R9;
        Assembler code = function.Code;
        Label turn = code.DefineLabel("fib6_turn");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, High, high);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Low, low);
        StackFrame.ZeroUnseen(code, FrameBytes, Route, High);
        StackFrame.Zero(code, FrameBytes, State - 1);
        code.StoreImmediate(MemorySize.Byte, Register.R10, State - FrameBytes, Down);
        function.LoadState(Table, "net");
        function.LoadNumber(Table, Table, "net", "ipv6.fib6_local_tbl");
        code.Jump(JumpCondition.Equal, Table, 0, function.No);
        code.AddOffset(Table, "fib6_table", "tb6_root");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Node, Table);
        StackFrame.EmitLoop(code, FrameBytes, MostTurns, turn);
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Found);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        function.Behind(() => EmitTurn(code, turn));
    }

    private static void EmitTurn(Assembler code, Label entry)
    {
        var turn = new LoopTurn(code);
        Label up = code.DefineLabel("up"), route = code.DefineLabel("route"), parent = code.DefineLabel("parent");
        turn.Begin("fib6_turn", entry);
        turn.LoadByte(Register.R1, State);
        code.Jump(JumpCondition.Equal, Register.R1, Up, up);
        code.Jump(JumpCondition.Equal, Register.R1, AtRoute, route);
        EmitDown(turn, up);
        EmitUp(turn, up, parent);
        EmitParent(turn, parent);
        EmitRoute(turn, route, parent);
        turn.End();
    }

    private static void EmitDown(LoopTurn turn, Label up)
    {
        const Register This = Register.R7, Bit = Register.R8;
        Assembler code = turn.Code;
        Label right = code.DefineLabel("right"), child = code.DefineLabel("child"), upper = code.DefineLabel("upper half");
        turn.Load(This, Node);
        turn.Cast(This, "fib6_node");
        code.LoadMember(MemorySize.Half, Bit, Register.R0, "fib6_node", "fn_bit");
        code.Jump(JumpCondition.GreaterOrEqual, Bit, 128, up);
        turn.Load(Register.R1, High);
        code.Jump(JumpCondition.Less, Bit, 64, upper);
        turn.Load(Register.R1, Low);
        code.Mark(upper);
        code.Alu(AluOperation.And, Bit, 63);
        code.Alu(AluOperation.Xor, Bit, 63);
        code.Alu(AluOperation.ShiftRight, Register.R1, Bit);
        code.Jump(JumpCondition.Set, Register.R1, 1, right);
        turn.LoadNumber(Register.R1, This, "fib6_node", "left");
        code.Jump(child);
        code.Mark(right);
        turn.LoadNumber(Register.R1, This, "fib6_node", "right");
        code.Mark(child);
        code.Jump(JumpCondition.Equal, Register.R1, 0, up);
        turn.Store(Node, Register.R1);
        turn.StoreByte(State, Down);
        code.Jump(turn.Next);
    }

    private static void EmitUp(LoopTurn turn, Label up, Label parent)
    {
        const Register Leaf = Register.R7, Length = Register.R8, Difference = Register.R9;
        Assembler code = turn.Code;
        Label longer = code.DefineLabel("more than 64 bits"), equal = code.DefineLabel("equal");
        code.Mark(up);
        turn.Load(Register.R1, Node);
        turn.Cast(Register.R1, "fib6_node");
        code.LoadMember(MemorySize.Half, Register.R1, Register.R0, "fib6_node", "fn_flags");
        code.Alu(AluOperation.And, Register.R1, HasRoutes);
        code.Jump(JumpCondition.Equal, Register.R1, 0, parent);
        turn.Load(Register.R1, Node);
        turn.LoadNumber(Leaf, Register.R1, "fib6_node", "leaf");
        code.Jump(JumpCondition.Equal, Leaf, 0, parent);

        turn.Cast(Leaf, "fib6_info");
        code.LoadMember(MemorySize.Word, Length, Register.R0, "fib6_info", "fib6_dst.plen");
        code.Jump(JumpCondition.Equal, Length, 0, equal);
        turn.LoadNumber(Difference, Leaf, "fib6_info", "fib6_dst.addr");
        code.ToBigEndian(Difference, 64);
        turn.Load(Register.R1, High);
        code.Alu(AluOperation.Xor, Difference, Register.R1);
        code.Jump(JumpCondition.Greater, Length, 64, longer);
        code.Move(Register.R1, 64);
        code.Alu(AluOperation.Subtract, Register.R1, Length);
        code.Alu(AluOperation.And, Register.R1, 63);
        code.Alu(AluOperation.ShiftRight, Difference, Register.R1);
        code.Jump(JumpCondition.NotEqual, Difference, 0, parent);
        code.Jump(equal);
        code.Mark(longer);
        code.Jump(JumpCondition.NotEqual, Difference, 0, parent);
        code.Move(Register.R1, Leaf);
        code.AddOffset(Register.R1, "fib6_info", "fib6_dst.addr");
        code.Alu(AluOperation.Add, Register.R1, 8);
        turn.LoadNumberAtR1(Difference);
        code.ToBigEndian(Difference, 64);
        turn.Load(Register.R1, Low);
        code.Alu(AluOperation.Xor, Difference, Register.R1);
        code.Move(Register.R1, 128);
        code.Alu(AluOperation.Subtract, Register.R1, Length);
        code.Alu(AluOperation.And, Register.R1, 63);
        code.Alu(AluOperation.ShiftRight, Difference, Register.R1);
        code.Jump(JumpCondition.NotEqual, Difference, 0, parent);
        code.Mark(equal);
        turn.Store(Route, Leaf);
        turn.StoreByte(State, AtRoute);
        code.Jump(turn.Next);
    }

    private static void EmitParent(LoopTurn turn, Label parent)
    {
        Assembler code = turn.Code;
        code.Mark(parent);
        turn.Load(Register.R1, Node);
        turn.Cast(Register.R1, "fib6_node");
        code.LoadMember(MemorySize.Half, Register.R1, Register.R0, "fib6_node", "fn_flags");
        code.Alu(AluOperation.And, Register.R1, IsRoot);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, turn.Stop);
        turn.Load(Register.R1, Node);
        turn.LoadNumber(Register.R1, Register.R1, "fib6_node", "parent");
        code.Jump(JumpCondition.Equal, Register.R1, 0, turn.Stop);
        turn.Store(Node, Register.R1);
        turn.StoreByte(State, Up);
        code.Jump(turn.Next);
    }

    private static void EmitRoute(LoopTurn turn, Label route, Label parent)
    {
        const Register This = Register.R7;
        Assembler code = turn.Code;
        Label usable = code.DefineLabel("usable"), other = code.DefineLabel("another route");
        code.Mark(route);
        turn.Load(This, Route);
        code.Jump(JumpCondition.Equal, This, 0, parent);
        turn.LoadNumber(Register.R1, This, "fib6_info", "nh");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, usable);
        code.Move(Register.R1, This);
        code.AddOffset(Register.R1, "fib6_info", "fib6_nh");
        code.AddOffset(Register.R1, "fib6_nh", "nh_common");
        turn.Cast(Register.R1, "fib_nh_common");
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "fib_nh_common", "nhc_flags");
        code.Jump(JumpCondition.Set, Register.R1, Dead, other);
        code.Mark(usable);
        turn.Cast(This, "fib6_info");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "fib6_info", "fib6_flags");
        code.Alu(AluOperation.ShiftRight, Register.R1, LocalShift);
        code.Store(MemorySize.Byte, LoopTurn.Frame, Found, Register.R1);
        code.Jump(turn.Stop);
        code.Mark(other);
        turn.LoadNumber(Register.R1, This, "fib6_info", "fib6_next");
        turn.Store(Route, Register.R1);
        turn.StoreByte(State, AtRoute);
        code.Jump(turn.Next);
    }
}
