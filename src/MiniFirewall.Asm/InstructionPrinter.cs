namespace MiniFirewall.Asm;

/// <summary>
/// Prints an instruction as the kernel's verifier does (kernel/bpf/disasm.c), so that its log and our listings read alike.
/// What an instruction names of the kernel is printed by name where the kernel would print a number.
/// </summary>
public static class InstructionPrinter
{
    private const AluOperation EndianOperation = (AluOperation)0xd0;

    public static string Print(in Instruction instruction) => $"({instruction.Opcode:x2}) {Text(instruction)}";

    private static string Text(in Instruction i) => (i.Opcode & 7) switch
    {
        0 when i.Opcode == Instruction.LoadImmediate64Opcode => LoadImmediate(i),
        1 when (i.Opcode & 0xe0) == 0x60 => $"r{(int)i.Destination} = *({Width(i)} *)(r{i.Source} {Offset(i)})",
        2 when (i.Opcode & 0xe0) == 0x60 => $"*({Width(i)} *)(r{(int)i.Destination} {Offset(i)}) = {(int)i.Immediate}",
        3 when (i.Opcode & 0xe0) == 0x60 => $"*({Width(i)} *)(r{(int)i.Destination} {Offset(i)}) = r{i.Source}",
        3 when (i.Opcode & 0xe0) == 0xc0 && i.Immediate == 0 => $"lock *({Width(i)} *)(r{(int)i.Destination} {Offset(i)}) += r{i.Source}",
        3 when (i.Opcode & 0xe0) == 0xc0 && i.Immediate == (int)AluOperation.Or => $"lock *({Width(i)} *)(r{(int)i.Destination} {Offset(i)}) |= r{i.Source}",
        3 when (i.Opcode & 0xe0) == 0xc0 && i.Immediate == 0xf1 => $"r0 = {Atomic(i, "cmpxchg", "r0, ")}",
        3 when (i.Opcode & 0xe0) == 0xc0 && i.Immediate == 0xe1 => $"r{i.Source} = {Atomic(i, "xchg")}",
        3 when (i.Opcode & 0xe0) == 0xc0 && i.Immediate == 1 => $"r{i.Source} = {Atomic(i, "fetch_add")}",
        4 or 7 => Arithmetic(i),
        5 or 6 => Jump(i),
        _ => $"unknown opcode {i.Opcode:x2}",
    };

    /// <summary>As the kernel prints them (kernel/bpf/disasm.c).</summary>
    private static string Atomic(in Instruction i, string name, string expected = "") =>
        $"atomic{(Width(i) == "u64" ? "64" : "")}_{name}(({Width(i)} *)(r{(int)i.Destination} {Offset(i)}), {expected}r{i.Source})";

    private static string LoadImmediate(in Instruction i) => (i.Reference, i.Source) switch
    {
        (MapReference map, _) => $"r{(int)i.Destination} = map[{map.Map}]",
        (MapValueReference value, _) => $"r{(int)i.Destination} = map[{value.Map}][0]+{value.Offset}",
        (_, 4) => $"r{(int)i.Destination} = func[pc{(int)i.Immediate:+0;-0}]",
        _ => $"r{(int)i.Destination} = 0x{i.Immediate:x}",
    };

    private static string Arithmetic(in Instruction i)
    {
        var operation = (AluOperation)(i.Opcode & 0xf0);
        string prefix = (i.Opcode & 7) == 4 ? "w" : "r";
        string destination = $"{prefix}{(int)i.Destination}";
        string source = i.Reference is KernelTypeReference type
            ? $"type({type.Struct})"
            : (i.Opcode & 8) != 0 ? $"{prefix}{i.Source}" : $"{(int)i.Immediate}";
        return operation switch
        {
            AluOperation.Move when i.Offset == 1 => $"{destination} = addr_space_cast({source}, 0, 1)",
            AluOperation.Negate => $"{destination} = -{destination}",
            EndianOperation => $"r{(int)i.Destination} = {((i.Opcode & 8) != 0 ? "be" : "le")}{i.Immediate} r{(int)i.Destination}",
            _ => $"{destination} {Symbol(operation)} {source}",
        };
    }

    private static string Symbol(AluOperation operation) => operation switch
    {
        AluOperation.Add => "+=",
        AluOperation.Subtract => "-=",
        AluOperation.Multiply => "*=",
        AluOperation.Divide => "/=",
        AluOperation.Or => "|=",
        AluOperation.And => "&=",
        AluOperation.ShiftLeft => "<<=",
        AluOperation.ShiftRight => ">>=",
        AluOperation.Modulo => "%=",
        AluOperation.Xor => "^=",
        AluOperation.Move => "=",
        AluOperation.ArithmeticShiftRight => "s>>=",
        _ => "?=",
    };

    private static string Jump(in Instruction i) => i.Opcode switch
    {
        0x05 => $"goto pc{i.Offset:+0;-0}",
        0x85 => Call(i),
        0x95 => "exit",
        0xe5 => $"may_goto pc{i.Offset:+0;-0}",
        _ => Branch(i),
    };

    private static string Call(in Instruction i) => (i.Reference, i.Source) switch
    {
        (KernelFunctionReference function, _) => $"call {function.Function}",
        (_, 1) => $"call pc{(int)i.Immediate:+0;-0}",
        _ => $"call {Name((Helper)i.Immediate)}#{i.Immediate}",
    };

    private static string Name(Helper helper) => helper switch
    {
        Helper.MapLookupElement => "bpf_map_lookup_elem",
        Helper.TailCall => "bpf_tail_call",
        Helper.GetSmpProcessorId => "bpf_get_smp_processor_id",
        Helper.KtimeGetNs => "bpf_ktime_get_ns",
        Helper.Jiffies64 => "bpf_jiffies64",
        Helper.RingbufOutput => "bpf_ringbuf_output",
        Helper.RingbufReserve => "bpf_ringbuf_reserve",
        Helper.RingbufSubmit => "bpf_ringbuf_submit",
        Helper.RingbufDiscard => "bpf_ringbuf_discard",
        Helper.Loop => "bpf_loop",
        Helper.GetPrandomU32 => "bpf_get_prandom_u32",
        Helper.GetCurrentTaskBtf => "bpf_get_current_task_btf",
        Helper.KtimeGetTaiNs => "bpf_ktime_get_tai_ns",
        Helper.DynptrRead => "bpf_dynptr_read",
        _ => "unknown",
    };

    private static string Branch(in Instruction i)
    {
        string prefix = (i.Opcode & 7) == 6 ? "w" : "r";
        string right = (i.Opcode & 8) != 0 ? $"{prefix}{i.Source}" : $"0x{(int)i.Immediate:x}";
        return $"if {prefix}{(int)i.Destination} {Symbol((JumpCondition)(i.Opcode & 0xf0))} {right} goto pc{i.Offset:+0;-0}";
    }

    private static string Symbol(JumpCondition condition) => condition switch
    {
        JumpCondition.Equal => "==",
        JumpCondition.Greater => ">",
        JumpCondition.GreaterOrEqual => ">=",
        JumpCondition.Set => "&",
        JumpCondition.NotEqual => "!=",
        JumpCondition.SignedGreater => "s>",
        JumpCondition.SignedGreaterOrEqual => "s>=",
        JumpCondition.Less => "<",
        JumpCondition.LessOrEqual => "<=",
        JumpCondition.SignedLess => "s<",
        JumpCondition.SignedLessOrEqual => "s<=",
        _ => "?",
    };

    private static string Width(in Instruction i) => (MemorySize)(i.Opcode & 0x18) switch
    {
        MemorySize.Byte => "u8",
        MemorySize.Half => "u16",
        MemorySize.Word => "u32",
        _ => "u64",
    };

    private static string Offset(in Instruction i) => i.Reference is KernelMemberReference member
        ? $"+{member.Struct}.{member.Member}{(member.Plus > 0 ? $"+{member.Plus}" : "")}"
        : i.Reference is KernelElementReference element
            ? $"+{element.Struct}.{element.Array}[{element.Index}].{element.Member}"
            : $"{i.Offset:+0;-0}";
}
