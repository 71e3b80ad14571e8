using MiniFirewall.Asm;
using MiniFirewall.Policy.Questions;

namespace MiniFirewall.Compiler.Questions;

/// <summary>Questions about the ports of a bridge (net/netfilter/xt_physdev.c; kernel 6.8, which keeps the way in as a number).</summary>
internal static class BridgeEmitters
{
    private const Register Device = Register.R9;

    // include/linux/netdevice.h, NETDEV_HASHENTRIES
    private const int HashMask = 255;
    private const int MostDevices = 1 << 16;

    // The frame of the walk over a hash bucket, from its bottom.
    private const int Node = 0, Index = 8, FrameBytes = 16 - QuestionFunction.StackTop;

    internal static void Emit(BridgePortExists question, QuestionFunction function)
    {
        Assembler code = function.Code;
        if (function.IsTest)
        {
            function.JumpUnlessPresent(TestInputLayout.IsBridged, function.No);
            function.LoadTest(MemorySize.DoubleWord, Device, question.IsIn ? TestInputLayout.InPort : TestInputLayout.OutPort);
        }
        else
        {
            EmitDevice(question.IsIn, function);
        }

        code.Jump(JumpCondition.NotEqual, Device, 0, function.Yes);
    }

    internal static void Emit(BridgePortIs question, QuestionFunction function)
    {
        Assembler code = function.Code;
        Label missing = question.CountsMissing ? function.Yes : function.No;
        if (function.IsTest)
        {
            int name = question.IsIn ? TestInputLayout.InPort : TestInputLayout.OutPort;
            function.JumpUnlessPresent(TestInputLayout.IsBridged, function.No);
            function.LoadTest(MemorySize.DoubleWord, Register.R3, name);
            function.LoadTest(MemorySize.DoubleWord, Register.R4, name + 8);
            code.Jump(JumpCondition.Equal, Register.R3, 0, missing);
        }
        else
        {
            EmitDevice(question.IsIn, function);
            code.Jump(JumpCondition.Equal, Device, 0, missing);
            function.Cast(Device, "net_device");
            code.LoadMember(MemorySize.DoubleWord, Register.R3, Register.R0, "net_device", "name", 0);
            code.LoadMember(MemorySize.DoubleWord, Register.R4, Register.R0, "net_device", "name", 8);
        }

        EmitCompare(function, Register.R3, (ulong)(question.Value >> 64), (ulong)(question.Mask >> 64));
        EmitCompare(function, Register.R4, (ulong)question.Value, (ulong)question.Mask);
        code.Jump(function.Yes);
    }

    private static void EmitCompare(QuestionFunction function, Register name, ulong value, ulong mask)
    {
        Assembler code = function.Code;
        code.ToBigEndian(name, 64);
        code.LoadConstant(Register.R1, mask);
        code.Alu(AluOperation.And, name, Register.R1);
        code.LoadConstant(Register.R1, value & mask);
        code.Jump(JumpCondition.NotEqual, name, Register.R1, function.No);
    }

    /// <summary>Device = the port (struct net_device), a number, 0 where there is none; goes to No for a packet that no bridge has seen.</summary>
    private static void EmitDevice(bool isIn, QuestionFunction function)
    {
        SkbExtension.EmitFind(function, Device, "SKB_EXT_BRIDGE_NF", function.No);
        if (isIn)
        {
            EmitByIndex(function);
        }
        else
        {
            function.LoadNumber(Device, Device, "nf_bridge_info", "physoutdev");
        }
    }

    /// <summary>Finds the interface of the index that the bridge has kept (net/core/dev.c, dev_get_by_index_rcu).</summary>
    private static void EmitByIndex(QuestionFunction function)
    {
        const Register Bucket = Register.R6;
        Assembler code = function.Code;
        Label turn = code.DefineLabel("device_turn");
        function.LoadFrom(MemorySize.Word, Device, Device, "nf_bridge_info", "physinif");
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Index, Device);
        function.LoadState(Bucket, "net");
        function.LoadNumber(Bucket, Bucket, "net", "dev_index_head");
        code.Alu(AluOperation.And, Device, HashMask);
        code.Alu(AluOperation.ShiftLeft, Device, 3);
        code.Move(Register.R1, Bucket);
        code.Alu(AluOperation.Add, Register.R1, Device);
        function.LoadNumberAtR1(Device);
        StackFrame.Store(code, MemorySize.DoubleWord, FrameBytes, Node, Device);
        StackFrame.EmitLoop(code, FrameBytes, MostDevices, turn);

        // The node in the interface, or none.
        Label none = code.DefineLabel("no such interface");
        StackFrame.Load(code, MemorySize.DoubleWord, Device, FrameBytes, Node);
        code.Jump(JumpCondition.Equal, Device, 0, none);
        code.SubtractOffset(Device, "net_device", "index_hlist");
        code.Mark(none);
        function.Behind(() => EmitTurn(code, turn));
    }

    /// <summary>One interface: R2 points to the frame; returns 1 to stop, at the right one or at the end.</summary>
    private static void EmitTurn(Assembler code, Label turn)
    {
        const Register Frame = Register.R7, This = Register.R6;
        Label stop = code.DefineLabel("stop");
        code.BeginFunction(new Function("device_turn", IsGlobal: false, [new NumberParameter("index"), new NumberParameter("frame")]), turn);
        code.Move(Frame, Register.R2);
        code.Load(MemorySize.DoubleWord, This, Frame, Node);
        code.Jump(JumpCondition.Equal, This, 0, stop);
        code.Move(Register.R1, This);
        code.SubtractOffset(Register.R1, "net_device", "index_hlist");
        code.LoadKernelType(Register.R2, "net_device");
        code.CallKernel("bpf_rdonly_cast");
        code.LoadMember(MemorySize.Word, Register.R1, Register.R0, "net_device", "ifindex");
        code.Load(MemorySize.DoubleWord, Register.R2, Frame, Index);
        code.Jump(JumpCondition.Equal, Register.R1, Register.R2, stop);
        code.Move(Register.R1, This);
        code.LoadKernelType(Register.R2, "in6_addr");
        code.CallKernel("bpf_rdonly_cast");
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R0, 0);
        code.Store(MemorySize.DoubleWord, Frame, Node, Register.R1);
        code.Move(Register.R0, 0);
        code.Exit();
        code.Mark(stop);
        code.Move(Register.R0, 1);
        code.Exit();
    }
}
