namespace MiniFirewall.Cli.Logging;

/// <summary>In what words events are told.</summary>
internal enum EventFormat
{
    /// <summary>miniFirewall's own, with rule and process.</summary>
    Text,

    /// <summary>Those of the kernel's LOG.</summary>
    Kernel,

    /// <summary>An object a line.</summary>
    Json,
}
