using System.Collections.Immutable;

namespace MiniFirewall.Cli.Doctor;

/// <summary>All looks at a host, one behind the other.</summary>
internal static class Examination
{
    internal static readonly (string Name, Func<Patient, IEnumerable<Finding>> Look)[] Checks =
    [
        ("rules", RulesCheck.Look),
        ("others", OthersCheck.Look),
        ("published", PublishedCheck.Look),
        ("families", FamiliesCheck.Look),
        ("listening", ListeningCheck.Look),
        ("connections", ConnectionsCheck.Look),
        ("services", ServicesCheck.Look),
        ("unused", UnusedCheck.Look),
    ];

    /// <summary>What was found, the worst first.</summary>
    internal static ImmutableArray<Finding> Of(Patient patient) =>
        [.. Checks.SelectMany(check => check.Look(patient)).OrderByDescending(finding => finding.Severity)];
}
