using MiniFirewall.Asm;

namespace MiniFirewall.Compiler.Questions;

/// <summary>
/// Numbers of users and groups as the user namespace of the hook's network namespace has them, turned into the kernel's own
/// (kernel/user_namespace.c, map_id_down). A map of more than five extents maps nothing here.
/// </summary>
internal static class UserMap
{
    private const int Extents = 5; // UID_GID_MAP_MAX_BASE_EXTENTS
    private const int ExtentBytes = 12;

    private const int Map = QuestionFunction.StackTop - 8;

    /// <summary>Turns both ends of a range; goes to No where one of them is nobody's. Loses R0 to R5.</summary>
    /// <param name="map">uid_map or gid_map.</param>
    /// <param name="low">R6 to R9, as <paramref name="high"/>.</param>
    internal static void EmitBounds(QuestionFunction function, string map, Register low, Register high)
    {
        Assembler code = function.Code;
        Label own = code.DefineLabel("the first user namespace");
        function.LoadState(Register.R1, "net");
        function.LoadNumber(Register.R1, Register.R1, "net", "user_ns");
        code.Store(MemorySize.DoubleWord, Register.R10, Map, Register.R1);

        // The first user namespace, which has no parent, maps every number to itself.
        function.LoadNumber(Register.R3, Register.R1, "user_namespace", "parent");
        code.Jump(JumpCondition.Equal, Register.R3, 0, own);
        code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Map);
        code.AddOffset(Register.R1, "user_namespace", map);
        code.Store(MemorySize.DoubleWord, Register.R10, Map, Register.R1);
        foreach (Register end in new[] { low, high })
        {
            EmitDown(function, end);
        }

        code.Mark(own);
    }

    private static void EmitDown(QuestionFunction function, Register number)
    {
        Assembler code = function.Code;
        Label done = code.DefineLabel("mapped");
        for (int i = 0; i < Extents; i++)
        {
            Label next = code.DefineLabel("next extent");
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Map);
            function.LoadFrom(MemorySize.Word, Register.R1, Register.R1, "uid_gid_map", "nr_extents");
            code.Jump(JumpCondition.LessOrEqual, Register.R1, i, function.No);
            code.Jump(JumpCondition.Greater, Register.R1, Extents, function.No);

            // struct uid_gid_extent { u32 first, lower_first, count; }
            code.Load(MemorySize.DoubleWord, Register.R1, Register.R10, Map);
            code.AddOffset(Register.R1, "uid_gid_map", "extent");
            code.Alu(AluOperation.Add, Register.R1, i * ExtentBytes);
            code.LoadKernelType(Register.R2, "in6_addr");
            code.CallKernel("bpf_rdonly_cast");
            code.Load(MemorySize.Word, Register.R1, Register.R0, 0);
            code.Load(MemorySize.Word, Register.R2, Register.R0, 8);
            code.Move(Register.R3, number);
            code.Alu(AluOperation.Subtract, Register.R3, Register.R1, OperandWidth.Bits32);
            code.Jump(JumpCondition.GreaterOrEqual, Register.R3, Register.R2, next);
            code.Load(MemorySize.Word, number, Register.R0, 4);
            code.Alu(AluOperation.Add, number, Register.R3, OperandWidth.Bits32);
            code.Jump(done);
            code.Mark(next);
        }

        code.Jump(function.No);
        code.Mark(done);
    }
}
