using MiniFirewall.Asm;
using MiniFirewall.Asm.Editing;

namespace MiniFirewall.Compiler.Retarget;

/// <summary>How many arguments a call has (include/uapi/linux/bpf.h, kernel/bpf/helpers.c).</summary>
internal static class CallArguments
{
    internal static int Of(CodeFlow flow, int at)
    {
        Instruction call = flow.Code.Instructions[at];
        return call switch
        {
            { IsFunctionCall: true } => flow.Functions.First(function => function.Start == flow.Target(at)).Function.Parameters.Length,
            { Reference: KernelFunctionReference kernel } => OfKernelFunction(kernel.Function),
            _ => OfHelper((Helper)call.Immediate),
        };
    }

    private static int OfHelper(Helper helper) => helper switch
    {
        Helper.GetPrandomU32 or Helper.GetSmpProcessorId or Helper.KtimeGetNs or Helper.KtimeGetTaiNs or Helper.Jiffies64
            or Helper.GetCurrentTask or Helper.GetCurrentTaskBtf => 0,
        Helper.SpinLock or Helper.SpinUnlock => 1,
        Helper.MapLookupElement or Helper.MapDeleteElement or Helper.RingbufSubmit or Helper.RingbufDiscard => 2,
        Helper.TailCall or Helper.ProbeReadKernel or Helper.RingbufReserve => 3,
        Helper.MapUpdateElement or Helper.RingbufOutput or Helper.ForEachMapElement or Helper.Loop or Helper.SkbLoadBytes => 4,
        Helper.DynptrRead => 5,
        _ => throw new InvalidOperationException($"a call of helper {helper} of unknown arguments"),
    };

    private static int OfKernelFunction(string name) => name switch
    {
        "bpf_rdonly_cast" => 2,
        "bpf_dynptr_from_skb" => 3,
        "bpf_dynptr_slice" => 4,
        _ => throw new InvalidOperationException($"a call of kernel function {name} of unknown arguments"),
    };
}
