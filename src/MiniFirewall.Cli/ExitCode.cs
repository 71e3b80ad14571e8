namespace MiniFirewall.Cli;

/// <summary>What the process tells its caller; a contract with scripts.</summary>
internal static class ExitCode
{
    internal const int Done = 0;

    /// <summary>The kernel or the state says no.</summary>
    internal const int Refused = 1;

    /// <summary>A wrong command line, or a bad rule.</summary>
    internal const int Usage = 2;

    /// <summary>A table or a kernel that is not supported.</summary>
    internal const int Unsupported = 3;

    /// <summary>No permission, or no memory or other resource.</summary>
    internal const int Permission = 4;

    /// <summary>minifw contradicts itself: a bug (EX_SOFTWARE of sysexits.h).</summary>
    internal const int Bug = 70;
}
