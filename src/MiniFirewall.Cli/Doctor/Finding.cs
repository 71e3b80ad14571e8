namespace MiniFirewall.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum Severity
{
    /// <summary>Good to know; nothing need be done.</summary>
    Note,

    /// <summary>Probably not what is wanted.</summary>
    Warning,

    /// <summary>Packets pass, or are lost, against what the rules are for.</summary>
    Problem,
}

/// <summary>One thing that was found.</summary>
/// <param name="Check">Which look found it; one of <see cref="Examination.Checks"/>.</param>
/// <param name="Fix">A command; null where there is none.</param>
internal sealed record Finding(Severity Severity, string Check, string Text, string? Fix = null);
