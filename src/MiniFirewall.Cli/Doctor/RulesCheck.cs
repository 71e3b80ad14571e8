namespace MiniFirewall.Cli.Doctor;

/// <summary>Whether there are rules at all, and pins that nobody owned.</summary>
internal static class RulesCheck
{
    internal static IEnumerable<Finding> Look(Patient patient)
    {
        if (patient.Loaded is null)
        {
            yield return new(Severity.Warning, "rules", "no rules are in force here: minifw lets every packet pass", "minifw allow ssh && minifw default deny incoming");
        }

        if (patient.Status.Collected > 0)
        {
            yield return new(Severity.Note, "rules", $"pins of {patient.Status.Collected} network namespaces that nobody holds any more were there; they are gone now");
        }
    }
}
