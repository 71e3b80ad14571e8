using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about the socket that a packet belongs to.</summary>
internal static class SocketEmitters
{
    // include/net/tcp_states.h
    private const int TimeWait = 6, NewSynReceived = 12;

    private const Register Socket = Register.R9;

    // Frames of the walk over supplementary groups, from its bottom: what its turn gets a pointer to.
    private const int Info = 0, Low = 8, High = 16, Map = 24, Found = 33, FrameBytes = 40 - QuestionFunction.StackTop;
    private const int MostGroups = 65536; // NGROUPS_MAX

    /// <summary>net/netfilter/xt_owner.c, owner_mt, of XT_OWNER_SOCKET.</summary>
    internal static void Emit(SocketExists _, QuestionFunction function)
    {
        if (function.IsTest)
        {
            function.JumpUnlessPresent(TestInputLayout.HasSocket, function.No);
        }
        else
        {
            EmitOwned(function);
        }

        function.Code.Jump(function.Yes);
    }

    /// <summary>net/netfilter/xt_owner.c, owner_mt, of XT_OWNER_UID and XT_OWNER_GID.</summary>
    internal static void Emit(SocketOwnerIn question, QuestionFunction function)
    {
        if (function.IsTest)
        {
            EmitTest(question, function);
            return;
        }

        const Register High = Register.R6, Credentials = Socket;
        Assembler code = function.Code;
        EmitOwned(function);
        function.LoadNumber(Socket, Socket, "sock", "sk_socket");
        function.LoadNumber(Socket, Socket, "socket", "file");
        code.Jump(JumpCondition.Equal, Socket, 0, function.No);
        function.LoadNumber(Credentials, Socket, "file", "f_cred");
        function.SplitArgument(High);
        UserMap.EmitBounds(function, question.Number == OwnerNumber.User ? "uid_map" : "gid_map", QuestionFunction.Argument, High);
        function.LoadFrom(MemorySize.Word, Register.R1, Credentials, "cred", question.Number == OwnerNumber.User ? "fsuid" : "fsgid");
        EmitInRange(function, Register.R1, High);
        if (question.Number == OwnerNumber.AnyGroup)
        {
            EmitSupplementary(function, Credentials, High);
        }
    }

    /// <summary>net/netfilter/xt_cgroup.c, cgroup_mt_v2, of a class.</summary>
    internal static void Emit(SocketClassIs question, QuestionFunction function)
    {
        if (function.IsTest)
        {
            function.JumpUnlessPresent(TestInputLayout.HasSocket, function.No);
            function.LoadTest(MemorySize.Word, Register.R1, TestInputLayout.SocketClass);
        }
        else
        {
            EmitFull(function);
            function.LoadFrom(MemorySize.Word, Register.R1, Socket, "sock", "sk_cgrp_data.classid");
        }

        function.AnswerEqual(Register.R1, question.Negated);
    }

    /// <summary>net/netfilter/xt_cgroup.c, cgroup_mt_v2, of a path.</summary>
    internal static void Emit(SocketCgroupUnder question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label other = question.Negated ? function.Yes : function.No;
        if (function.IsTest)
        {
            function.JumpUnlessPresent(TestInputLayout.HasSocket, function.No);
            function.LoadTest(MemorySize.Byte, Register.R1, TestInputLayout.CgroupCount);
            code.Jump(JumpCondition.LessOrEqual, Register.R1, question.Level, other);
            function.LoadTest(MemorySize.DoubleWord, Register.R1, TestInputLayout.Cgroups + (8 * question.Level));
        }
        else
        {
            EmitFull(function);
            function.LoadNumber(Socket, Socket, "sock", "sk_cgrp_data.cgroup");
            function.LoadFrom(MemorySize.Word, Register.R1, Socket, "cgroup", "level");
            code.Jump(JumpCondition.Less, Register.R1, question.Level, other);
            function.LoadNumber(Socket, Socket, "cgroup", "ancestors", 8 * question.Level);
            function.LoadNumber(Socket, Socket, "cgroup", "kn");
            function.LoadNumber(Register.R1, Socket, "kernfs_node", "id");
        }

        function.AnswerEqual(Register.R1, question.Negated);
    }

    /// <summary>The socket that a process has made, of a handshake the listening one, in the hook's namespace; goes to No where there is none.</summary>
    private static void EmitOwned(QuestionFunction function)
    {
        Assembler code = function.Code;
        Label noHandshake = code.DefineLabel("no handshake");
        EmitAny(function);
        function.LoadFrom(MemorySize.Byte, Register.R1, Socket, "sock", "__sk_common.skc_state");
        code.Jump(JumpCondition.NotEqual, Register.R1, NewSynReceived, noHandshake);
        function.LoadNumber(Socket, Socket, "sock", "__sk_common.skc_listener");
        code.Jump(JumpCondition.Equal, Socket, 0, function.No);
        function.LoadFrom(MemorySize.Byte, Register.R1, Socket, "sock", "__sk_common.skc_state");
        code.Mark(noHandshake);
        code.Jump(JumpCondition.Equal, Register.R1, TimeWait, function.No);
        function.LoadNumber(Register.R1, Socket, "sock", "sk_socket");
        code.Jump(JumpCondition.Equal, Register.R1, 0, function.No);
        EmitNamespaceCheck(function);
    }

    /// <summary>The packet's socket, where it is a whole one (sk_fullsock) of the hook's namespace; goes to No otherwise.</summary>
    private static void EmitFull(QuestionFunction function)
    {
        Assembler code = function.Code;
        EmitAny(function);
        function.LoadFrom(MemorySize.Byte, Register.R1, Socket, "sock", "__sk_common.skc_state");
        code.Jump(JumpCondition.Equal, Register.R1, NewSynReceived, function.No);
        code.Jump(JumpCondition.Equal, Register.R1, TimeWait, function.No);
        EmitNamespaceCheck(function);
    }

    private static void EmitAny(QuestionFunction function)
    {
        function.LoadSkbNumber(Socket);
        function.LoadNumber(Socket, Socket, "sk_buff", "sk");
        function.Code.Jump(JumpCondition.Equal, Socket, 0, function.No);
    }

    private static void EmitNamespaceCheck(QuestionFunction function)
    {
        const Register Namespace = Register.R6;
        function.LoadState(Namespace, "net");
        function.LoadNumber(Register.R1, Socket, "sock", "__sk_common.skc_net.net");
        function.Code.Jump(JumpCondition.NotEqual, Register.R1, Namespace, function.No);
    }

    private static void EmitInRange(QuestionFunction function, Register number, Register high)
    {
        Label below = function.Code.DefineLabel("below");
        function.Code.Jump(JumpCondition.Less, number, QuestionFunction.Argument, below);
        function.Code.Jump(JumpCondition.LessOrEqual, number, high, function.Yes);
        function.Code.Mark(below);
    }

    private static void EmitTest(SocketOwnerIn question, QuestionFunction function)
    {
        const Register High = Register.R6;
        function.JumpUnlessPresent(TestInputLayout.HasOwner, function.No);
        function.SplitArgument(High);
        function.LoadTest(MemorySize.Word, Register.R1, question.Number == OwnerNumber.User ? TestInputLayout.User : TestInputLayout.Group);
        EmitInRange(function, Register.R1, High);
        for (int i = 0; question.Number == OwnerNumber.AnyGroup && i < TestInputLayout.MostGroups; i++)
        {
            function.LoadTest(MemorySize.Byte, Register.R1, TestInputLayout.GroupCount);
            function.Code.Jump(JumpCondition.LessOrEqual, Register.R1, i, function.No);
            function.LoadTest(MemorySize.Word, Register.R1, TestInputLayout.Groups + (4 * i));
            EmitInRange(function, Register.R1, High);
        }
    }

    /// <summary>Walks over the groups of cred->group_info.</summary>
    private static void EmitSupplementary(QuestionFunction function, Register credentials, Register high)
    {
        Assembler code = function.Code;
        Label turn = code.DefineLabel("group_turn");
        function.LoadNumber(credentials, credentials, "cred", "group_info");
        code.Jump(JumpCondition.Equal, credentials, 0, function.No);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Info, credentials);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Low, QuestionFunction.Argument);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, High, high);
        StackFrame.Zero(code, FrameBytes, Map + 8);
        StackFrame.EmitLoop(code, FrameBytes, MostGroups, turn);
        StackFrame.Load(code, MemorySize.Byte, Register.R1, FrameBytes, Found);
        code.Jump(JumpCondition.NotEqual, Register.R1, 0, function.Yes);
        function.Behind(() => EmitGroupTurn(code, turn));
    }

    /// <summary>One group: R1 is its number, R2 points to the frame; returns 1 to stop.</summary>
    private static void EmitGroupTurn(Assembler code, Label turn)
    {
        const Register Index = Register.R6, Frame = Register.R7;
        Label stop = code.DefineLabel("stop"), next = code.DefineLabel("next");
        code.BeginFunction(new Function("group_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Index, Register.R1);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame, Info);
        code.LoadKernelType(Register.R2, "group_info");
        code.CallKernel("bpf_rdonly_cast");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "group_info", "ngroups");
        code.Jump(JumpCondition.GreaterOrEqual, Index, Register.R1, stop);
        code.Load(MemorySize.DoubleWord, Register.R1, Frame, Info);
        code.AddOffset(Register.R1, "group_info", "gid");
        code.Alu(AluOperation.ShiftLeft, Index, 2);
        code.Alu(AluOperation.Add, Register.R1, Index);
        code.LoadKernelType(Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
        code.Load(MemorySize.Word, Register.R1, Register.R0, 0);
        code.Load(MemorySize.DoubleWord, Register.R2, Frame, Low);
        code.Jump(JumpCondition.Less, Register.R1, Register.R2, next);
        code.Load(MemorySize.DoubleWord, Register.R2, Frame, High);
        code.Jump(JumpCondition.Greater, Register.R1, Register.R2, next);
        code.StoreImmediate(MemorySize.Byte, Frame, Found, 1);
        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
        code.Mark(next);
        code.Move(Register.R0, 0);
        code.Exit();
    }
}
