using MiniFirewall.Engine.Commit;
using MiniFirewall.Sys;

namespace MiniFirewall.Engine.Persistence;

/// <summary>The compiled form of rules that are put in force, written beside the commit; disposing of it waits for the end.</summary>
internal sealed class FormPreparation(RuleHistory history) : IDisposable
{
    private Task? _writing;

    /// <summary>Where the form is to be had once the rules are compiled.</summary>
    internal FormExchange Forms { get; } = new(kept: null);

    /// <summary>The form that is kept will be that of the rules that are put in force.</summary>
    internal bool IsBegun => _writing is not null;

    /// <summary>Begins to write it where there is one.</summary>
    /// <param name="text">That of the rules.</param>
    internal void Begin(string? text)
    {
        if (text is not null && Forms.Made is { } made)
        {
            _writing = Task.Run(() => Try(() => history.WriteForm(text, made)));
        }
    }

    public void Dispose() => _writing?.GetAwaiter().GetResult();

    /// <summary>Does what keeps a form, and lets it be where the disk is full, or may not be written to: then the next boot compiles the text.</summary>
    internal static void Try(Action keep)
    {
        try
        {
            keep();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SystemCallException)
        {
            // Nothing depends on it.
        }
    }
}
