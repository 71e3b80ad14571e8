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
                $"{Counted.Rules(patient.Rules.NeedingChains, "needs", "need")} nftables' tables \"minifw…\", and these are gone or not whole: packets pass as they came, and those for NFQUEUE, or that come to -m socket, helper or osf, not at all",
                "minifw save && minifw load");
        }

        IAsksQueue[] unheard = [.. patient.Rules.TargetsOf<IAsksQueue>().Where(target => !target.Bypasses && !IsHeard(target, patient))];
        if (unheard.Length > 0)
        {
            yield return new(
                Severity.Warning,
                "services",
                $"{Counted.Rules(unheard.Length, "hands", "hand")} packets to queues that no program listens to ({string.Join(", ", unheard.Select(target => target.Queues).Distinct())}): such packets are dropped; NFQUEUE --queue-bypass lets them pass");
        }

        if (patient.Status.LostEvents > 0)
        {
            yield return new(Severity.Note, "services", $"{patient.Status.LostEvents} events of LOG rules and drops were lost since the first commit: nobody read them in time");
        }
    }

    private static bool IsHeard(IAsksQueue target, Patient patient) =>
        Enumerable.Range(target.Queues.Low, target.Queues.High - target.Queues.Low + 1).All(patient.QueuesHeard.Contains);

    private static int Count<T>(Patient patient) => patient.Rules.Chains.Sum(chain => chain.Rules.Count(rule => rule.Target is T));
}
