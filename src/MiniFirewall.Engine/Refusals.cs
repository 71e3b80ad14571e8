using MiniFirewall.Bpf;
using MiniFirewall.Compiler;
using MiniFirewall.Engine.Commit;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine;

/// <summary>Turns what the kernel refuses into the engine's own error.</summary>
internal static class Refusals
{
    internal static void Explained(Action work) => Explained(() =>
    {
        work();
        return true;
    });

    internal static T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SystemCallException e)
        {
            throw KernelRequirements.Explain(e);
        }
        catch (OldKernelException e)
        {
            throw new FirewallException(FirewallFailure.Unsupported, e.Message, e);
        }
        catch (VerifierException e) when (!KernelRequirements.HasMayGoto && e.IsTooLarge)
        {
            throw new FirewallException(
                FirewallFailure.Unsupported, $"{e.Message}; before Linux 6.9 each list of -m recent, and each set of pairs of networks, takes a part of them", e);
        }
        catch (MissingFeatureException e)
        {
            throw KernelRequirements.Explain(e);
        }
    }
}
