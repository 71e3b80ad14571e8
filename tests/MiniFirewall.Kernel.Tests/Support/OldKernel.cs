using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Engine.Commit;

namespace MiniFirewall.Kernel.Tests.Support;

/// <summary>Rules that the kernel under test is too old for are refused by name; comparisons go on with the next ones.</summary>
internal static class OldKernel
{
    /// <summary>Whether that is so. A kernel that has all that minifw asks of kernels refuses nothing.</summary>
    internal static bool Refuses(Exception exception) =>
        !KernelRequirements.HasMayGoto && IsRefusal(exception);

    /// <summary>Whether a verifier has gone through as many instructions as it goes through.</summary>
    internal static bool IsTooLarge(Exception exception) => exception is VerifierException { IsTooLarge: true };

    /// <summary>Whether rules are refused since a kernel, the one that programs are made for at least, is too old.</summary>
    internal static bool IsRefusal(Exception exception) => exception is OldKernelException or FirewallException { Failure: FirewallFailure.Unsupported };
}
