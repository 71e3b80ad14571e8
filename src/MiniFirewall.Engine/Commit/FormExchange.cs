namespace MiniFirewall.Engine.Commit;

/// <summary>Hands a compiled form to whoever loads the rules it is of, and takes the one that was made instead.</summary>
/// <param name="kept">The form of the rules that are to be loaded; null where there is none.</param>
internal sealed class FormExchange(CompiledForm? kept)
{
    /// <summary>The form that was given.</summary>
    internal CompiledForm? Kept => kept;

    /// <summary>The form of the rules that were loaded; null where they were not compiled: the given one is good.</summary>
    internal CompiledForm? Made { get; set; }
}
