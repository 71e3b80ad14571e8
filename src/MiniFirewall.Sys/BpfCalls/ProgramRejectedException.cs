namespace MiniFirewall.Sys.BpfCalls;

/// <summary>A program that BPF_PROG_LOAD refused, with what the verifier wrote, if it got that far.</summary>
public sealed class ProgramRejectedException(string name, int errno, string log) : Exception($"program {name} is refused", BpfSystemCall.Refusal(BpfCommand.BPF_PROG_LOAD, errno, name))
{
    public int Errno { get; } = errno;

    /// <summary>The verifier's log; empty where it never ran.</summary>
    public string Log { get; } = log;
}
