using MiniFirewall.Cli.Output;
using MiniFirewall.Rules.Targets;

namespace MiniFirewall.Cli.Doctor;

/// <summary>Rules that need a process which does not run, or chains that somebody has taken away.</summary>
internal static class ServicesCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        int rejects = Count<RejectTarget>(patient), handing = Count<NflogTarget>(patient);
        if (rejects > 0 && !patient.Status.RejectsAreAnswered)
        {
            yield return new(Severity.Warning, "services", $"{Counted.Rules(rejects, "rejects", "reject")}, but nobody sends the answers: such packets are dropped in silence", "minifw serve");
        }

        if (handing > 0 && !patient.Status.PacketsAreHanded)
        {
            yield return new(Severity.Warning, "services", $"{Counted.Rules(handing, "hands", "hand")} packets to netlink groups, but nobody does so", "minifw serve");
        }

        if (!patient.ChangesAreMade)
        {
            yield return new(
                Severity.Warning,
                "services",
                $"{Counted.Rules(patient.Rules.Changes.Count(), "changes", "change")} packets, but nftables' tables \"minifw\", which do it, are gone or not whole: packets pass as they came",
                "minifw save && minifw load");
        }

        if (patient.Status.LostEvents > 0)
        {
            yield return new(Severity.Note, "services", $"{patient.Status.LostEvents} events of LOG rules and drops were lost since the first commit: nobody read them in time");
        }
    }

    private static int Count<T>(Patient patient) => patient.Rules.Chains.Sum(chain => chain.Rules.Count(rule => rule.Target is T));
}
