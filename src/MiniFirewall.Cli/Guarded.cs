using MiniFirewall.Bpf;
using MiniFirewall.Cli.Demo;
using MiniFirewall.Cli.Logging.Shipping;
using MiniFirewall.Compiler;
using MiniFirewall.Engine;
using MiniFirewall.Sys;

namespace MiniFirewall.Cli;

/// <summary>Runs a command's work and turns what stops it into one line and an exit code.</summary>
internal static class Guarded
{
    internal static int Run(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (RefusedTextException refused)
        {
            refused.Print();
            return ExitCode.Usage;
        }
        catch (UsageException wrong)
        {
            Complaint.Write(wrong.Message);
            return ExitCode.Usage;
        }
        catch (ContradictionException bug)
        {
            Complaint.Write(bug.Message);
            return ExitCode.Bug;
        }
        catch (UnprovedImageException unproved)
        {
            foreach (string finding in unproved.Findings)
            {
                Complaint.Write(finding);
            }

            Complaint.Write(unproved.Message);
            return ExitCode.Bug;
        }
        catch (Exception error) when (CodeOf(error) is { } code)
        {
            Complaint.Write(error.Message);
            return code;
        }
        catch (IOException) when (Console.IsOutputRedirected)
        {
            // The reader of the pipe went away, as head(1) does: there is nobody to tell.
            return ExitCode.Refused;
        }
        catch (Exception error)
        {
            Complaint.Write($"this is a bug in minifw: {error}");
            return ExitCode.Bug;
        }
    }

    private static int? CodeOf(Exception error) => error switch
    {
        FirewallException { Failure: FirewallFailure.Refused } => ExitCode.Refused,
        FirewallException { Failure: FirewallFailure.Unsupported } => ExitCode.Unsupported,
        FirewallException => ExitCode.Permission,
        RefusedDestinationException or VerifierException or CompileException or SystemCallException or DemoException => ExitCode.Refused,
        OutOfMemoryException => ExitCode.Permission,
        _ => null,
    };
}
