using MiniFirewall.Asm;
using MiniFirewall.Packets;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Looks an address up in the kernel's local table (net/ipv4/fib_trie.c, fib_table_lookup, as net/ipv4/fib_frontend.c,
/// __inet_dev_addr_type asks it): a walk down the trie, and back up where a branch has no route that fits. The walk is a bpf_loop;
/// a turn looks at one node, one table or one route. Hooks run under the lock that keeps all of it in place (RCU).
/// </summary>
internal static class LocalTableV4
{
    private const int Local = 255; // RT_TABLE_LOCAL
    private const int BucketBytes = 8, BucketOfLocal = Local; // FIB_TABLE_HASHSZ is 256
    private const int KeyBits = 32;
    private const int Dead = 1, LinkDown = 16; // RTNH_F_DEAD, RTNH_F_LINKDOWN
    private const int IgnoresLinkDown = 28; // IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN - 1
    private const int MostTurns = 1 << 16;

    // The frame, from its bottom. Parent and Child are where the way back up begins: a node, and which of its children was taken.
    private const int Key = 0, Node = 8, Parent = 16, Child = 24, Route = 32, Device = 40, State = 49, Type = 50, FrameBytes = 56 - QuestionFunction.StackTop;

    // What a turn does: look at a table of the bucket, go down, go down on the way back, look at a route of a leaf.
    private const int AtTable = 1, Down = 2, Back = 3, AtRoute = 4;

    /// <summary>R1 = the address's type. Loses R0 to R5 and the address.</summary>
    /// <param name="address">Host order; R6 to R9.</param>
    internal static void EmitType(QuestionFunction function, Register address, AddressScope scope)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("fib_turn");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Key, address);
        foreach (int at in (ReadOnlySpan<int>)[Parent, Child, Route])
        {
            StackFrame.ZeroUnseen(code, FrameBytes, at, Key);
        }

        StackFrame.Zero(code, FrameBytes, Device);
        StackFrame.Zero(code, FrameBytes, State - 1);
        code.StoreImmediate(MemorySize.Byte, Register.R10, State - FrameBytes, AtTable);
        code.StoreImmediate(MemorySize.Byte, Register.R10, Type - FrameBytes, (int)AddressType.Unicast);
        if (scope != AddressScope.Anywhere)
        {
            function.LoadState(address, scope == AddressScope.ThroughIn ? "in" : "out");
            StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Device, address);
        }

        // A kernel without policy routing has no table of 256 buckets, nor this member: it is refused at loading.
        function.LoadState(address, "net");
        function.LoadFrom(MemorySize.Byte, Register.R1, address, "net", "ipv4.fib_has_custom_rules");
        function.LoadNumber(Register.R1, address, "net", "ipv4.fib_table_hash");
        code.Alu(AluOperation.Add, Register.R1, BucketOfLocal * BucketBytes);
        function.LoadNumberAtR1(address);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Node, address);
        StackFrame.EmitLoop(code, FrameBytes, MostTurns, turn);
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Type);
        function.Behind(() => EmitTurn(code, turn));
    }

    private static void EmitTurn(Assembler code, Label entry)
    {
        var turn = new LoopTurn(code);
        Label table = code.DefineLabel("table"), back = code.DefineLabel("back"), route = code.DefineLabel("route"), up = code.DefineLabel("up");
        turn.Begin("fib_turn", entry);
        turn.LoadByte(Register.R1, State);
        code.Jump(JumpCondition.Equal, Register.R1, AtTable, table);
        code.Jump(JumpCondition.Equal, Register.R1, Back, back);
        code.Jump(JumpCondition.Equal, Register.R1, AtRoute, route);
        EmitDown(turn, back, up);
        EmitBack(turn, back, up);
        EmitUp(turn, up);
        EmitRoute(turn, route, up);
        EmitTable(turn, table);
        turn.End();
    }

    /// <summary>A node on the way down: its children's index, a leaf, or a sign that the rest of the way is a prefix's.</summary>
    private static void EmitDown(LoopTurn turn, Label back, Label up)
    {
        const Register Index = Register.R7, This = Register.R8;
        Assembler code = turn.Code;
        Label isNoTurn = code.DefineLabel("nothing to strip");
        turn.Load(This, Node);
        code.Jump(JumpCondition.Equal, This, 0, up);
        turn.Cast(This, "key_vector");
        turn.Load(Index, Key);
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "key_vector", "key");
        code.Alu(AluOperation.Xor, Index, Register.R1);
        code.LoadMember(MemorySize.Byte, Register.R2, Register.R0, "key_vector", "pos");
        code.Alu(AluOperation.And, Register.R2, 63);
        code.Alu(AluOperation.ShiftRight, Index, Register.R2);
        code.LoadMember(MemorySize.Byte, Register.R3, Register.R0, "key_vector", "bits");
        code.Alu(AluOperation.And, Register.R3, 63);
        code.Move(Register.R1, Index);
        code.Alu(AluOperation.ShiftRight, Register.R1, Register.R3);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, back);
        Label inner = code.DefineLabel("inner node");
        code.Jump(JumpCondition.NotEqual, Register.R3, 0, inner);
        EmitEnterLeaf(turn, This);
        code.Mark(inner);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "key_vector", "slen");
        code.Jump(JumpCondition.LessOrEqual, Register.R1, Register.R2, isNoTurn);
        turn.Store(Parent, This);
        turn.Store(Child, Index);
        code.Mark(isNoTurn);
        EmitChild(turn, This, Index);
        turn.StoreByte(State, Down);
        code.Jump(turn.Next);
    }

    /// <summary>A node on the way back: where its key's bits fit as far as they are set, the routes of its leftmost leaf may fit.</summary>
    private static void EmitBack(LoopTurn turn, Label back, Label up)
    {
        const Register This = Register.R8;
        Assembler code = turn.Code;
        Label inner = code.DefineLabel("inner node");
        code.Mark(back);
        turn.Load(This, Node);
        code.Jump(JumpCondition.Equal, This, 0, up);
        turn.Cast(This, "key_vector");

        // prefix_mismatch: (key ^ prefix) & (prefix | -prefix), in 32 bits.
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "key_vector", "key");
        turn.Load(Register.R2, Key);
        code.Alu(AluOperation.Xor, Register.R2, Register.R1);
        code.Move(Register.R3, Register.R1);
        code.Alu(AluOperation.Negate, Register.R3, 0);
        code.Alu(AluOperation.Or, Register.R3, Register.R1);
        code.Alu(AluOperation.And, Register.R2, Register.R3, OperandWidth.Bits32);
        code.Jump(JumpCondition.NotEqual, Register.R2, 0, up);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "key_vector", "slen");
        code.LoadMember(MemorySize.Byte, Register.R2, Register.R0, "key_vector", "pos");
        code.Jump(JumpCondition.Equal, Register.R1, Register.R2, up);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "key_vector", "bits");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, inner);
        EmitEnterLeaf(turn, This);
        code.Mark(inner);
        code.Move(Register.R7, 0);
        EmitChild(turn, This, Register.R7);
        turn.StoreByte(State, Back);
        code.Jump(turn.Next);
    }

    /// <summary>The next child to the left of the one taken last, or its parent's; the end at the root.</summary>
    private static void EmitUp(LoopTurn turn, Label up)
    {
        const Register Index = Register.R7, This = Register.R8, ParentKey = Register.R9;
        Assembler code = turn.Code;
        Label strip = code.DefineLabel("strip");
        code.Mark(up);
        turn.Load(This, Parent);
        turn.Load(Index, Child);
        code.Jump(JumpCondition.NotEqual, Index, 0, strip);
        turn.Cast(This, "key_vector");
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "key_vector", "pos");
        code.Jump(JumpCondition.GreaterOrEqual, Register.R1, KeyBits, turn.Stop);
        code.LoadMember(MemorySize.Word, ParentKey, Register.R0, "key_vector", "key");
        code.Move(Register.R1, This);
        code.SubtractOffset(Register.R1, "tnode", "kv");
        code.AddOffset(Register.R1, "tnode", "parent");
        turn.LoadNumberAtR1(This);
        code.Jump(JumpCondition.Equal, This, 0, turn.Stop);
        turn.Store(Parent, This);
        turn.Cast(This, "key_vector");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "key_vector", "key");
        code.Alu(AluOperation.Xor, ParentKey, Register.R1);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "key_vector", "pos");
        code.Alu(AluOperation.And, Register.R1, 63);
        code.Alu(AluOperation.ShiftRight, ParentKey, Register.R1);
        turn.Store(Child, ParentKey);

        // Another turn finds nothing at the node, and comes here again.
        code.Move(Register.R1, 0);
        turn.Store(Node, Register.R1);
        turn.StoreByte(State, Back);
        code.Jump(turn.Next);

        code.Mark(strip);
        code.Move(Register.R1, Index);
        code.Alu(AluOperation.Subtract, Register.R1, 1);
        code.Alu(AluOperation.And, Index, Register.R1);
        turn.Store(Child, Index);
        EmitChild(turn, This, Index);
        turn.StoreByte(State, Back);
        code.Jump(turn.Next);
    }

    /// <summary>A route of a leaf: the first that fits says the type, or that there is none.</summary>
    private static void EmitRoute(LoopTurn turn, Label route, Label up)
    {
        const Register This = Register.R8, Info = Register.R9, Length = Register.R7;
        Assembler code = turn.Code;
        Label skip = code.DefineLabel("another route"), found = code.DefineLabel("found"), hasHop = code.DefineLabel("next hop");
        code.Mark(route);
        turn.Load(This, Route);
        code.Jump(JumpCondition.Equal, This, 0, up);
        code.SubtractOffset(This, "fib_alias", "fa_list");

        // The leaf's key and the address differ below the prefix only.
        turn.Load(Register.R1, Node);
        turn.Cast(Register.R1, "key_vector");
        code.LoadMember(MemorySize.Word, Length, Register.R0, "key_vector", "key");
        turn.Load(Register.R1, Key);
        code.Alu(AluOperation.Xor, Length, Register.R1);
        turn.Cast(This, "fib_alias");
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "fib_alias", "fa_slen");
        code.Alu(AluOperation.And, Register.R1, 63);
        code.Alu(AluOperation.ShiftRight, Length, Register.R1);
        code.Jump(JumpCondition.NotEqual, Length, 0, skip);
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "fib_alias", "fa_dscp");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, skip);
        turn.LoadNumber(Info, This, "fib_alias", "fa_info");
        turn.Cast(Info, "fib_info");
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "fib_info", "fib_dead");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, skip);
        turn.Cast(This, "fib_alias");
        code.LoadMember(MemorySize.Byte, Length, Register.R0, "fib_alias", "fa_type");

        // A route that refuses ends the look-up, and what it is stays unknown.
        code.Jump(JumpCondition.GreaterOrEqual, Length, (int)AddressType.Blackhole, turn.Stop);
        turn.LoadNumber(Register.R1, Info, "fib_info", "nh");
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, found);
        code.AddOffset(Info, "fib_info", "fib_nh");
        code.AddOffset(Info, "fib_nh", "nh_common");
        EmitHopIsGood(turn, Info, skip);
        turn.LoadNumber(Info, Info, "fib_nh_common", "nhc_dev");
        code.Jump(hasHop);
        code.Mark(found);
        code.Move(Info, 0);
        code.Mark(hasHop);
        turn.Load(Register.R1, Device);
        Label take = code.DefineLabel("take");
        code.Jump(JumpCondition.Equal, Register.R1, 0, take);
        code.Jump(JumpCondition.NotEqual, Register.R1, Info, turn.Stop);
        code.Mark(take);
        code.Store(MemorySize.Byte, LoopTurn.Frame, Type, Length);
        code.Jump(turn.Stop);

        code.Mark(skip);
        code.AddOffset(This, "fib_alias", "fa_list");
        code.Move(Register.R1, This);
        turn.LoadNumberAtR1(Register.R1);
        turn.Store(Route, Register.R1);
        turn.StoreByte(State, AtRoute);
        code.Jump(turn.Next);
    }

    /// <summary>fib_lookup_good_nhc, for a look-up that names no interface.</summary>
    private static void EmitHopIsGood(LoopTurn turn, Register hop, Label skip)
    {
        Assembler code = turn.Code;
        Label good = code.DefineLabel("good");
        turn.Cast(hop, "fib_nh_common");
        code.LoadMember(MemorySize.Byte, Register.R1, Register.R0, "fib_nh_common", "nhc_flags");
        code.Jump(JumpCondition.Set, Register.R1, Dead, skip);
        code.Alu(AluOperation.And, Register.R1, LinkDown);
        code.Jump(JumpCondition.Equal, Register.R1, 0, good);
        turn.LoadNumber(Register.R1, hop, "fib_nh_common", "nhc_dev");
        turn.LoadNumber(Register.R1, Register.R1, "net_device", "ip_ptr");
        code.Jump(JumpCondition.Equal, Register.R1, 0, good);
        turn.Cast(Register.R1, "in_device");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "in_device", "cnf.data", IgnoresLinkDown * sizeof(int));
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, skip);
        code.Mark(good);
    }

    /// <summary>A table of the bucket: at the local one, its trie's root.</summary>
    private static void EmitTable(LoopTurn turn, Label table)
    {
        const Register This = Register.R8;
        Assembler code = turn.Code;
        Label other = code.DefineLabel("another table");
        code.Mark(table);
        turn.Load(This, Node);
        code.Jump(JumpCondition.Equal, This, 0, turn.Stop);
        code.SubtractOffset(This, "fib_table", "tb_hlist");
        turn.Cast(This, "fib_table");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "fib_table", "tb_id");
        code.Jump(JumpCondition.NotEqual, Register.R1, Local, other);
        turn.LoadNumber(This, This, "fib_table", "tb_data");
        code.AddOffset(This, "trie", "kv");
        turn.Store(Parent, This);
        code.Move(Register.R7, 0);
        turn.Store(Child, Register.R7);
        EmitChild(turn, This, Register.R7);
        turn.StoreByte(State, Down);
        code.Jump(turn.Next);
        code.Mark(other);
        code.AddOffset(This, "fib_table", "tb_hlist");
        code.Move(Register.R1, This);
        turn.LoadNumberAtR1(Register.R1);
        turn.Store(Node, Register.R1);
        code.Jump(turn.Next);
    }

    private static void EmitEnterLeaf(LoopTurn turn, Register leaf)
    {
        turn.LoadNumber(Register.R1, leaf, "key_vector", "leaf");
        turn.Store(Route, Register.R1);
        turn.StoreByte(State, AtRoute);
        turn.Code.Jump(turn.Next);
    }

    /// <summary>Node = the child of that index. Loses R0 to R5 and the index.</summary>
    private static void EmitChild(LoopTurn turn, Register node, Register index)
    {
        turn.Code.Move(Register.R1, node);
        turn.Code.AddOffset(Register.R1, "key_vector", "tnode");
        turn.Code.Alu(AluOperation.ShiftLeft, index, 3);
        turn.Code.Alu(AluOperation.Add, Register.R1, index);
        turn.LoadNumberAtR1(Register.R1);
        turn.Store(Node, Register.R1);
    }
}
