namespace MiniFirewall.Verification.Running;

/// <summary>A look-up in an image leaves a section, does not end, or meets what the format does not have.</summary>
public sealed class BrokenImageException : Exception
{
    public BrokenImageException()
    {
    }

    public BrokenImageException(string message)
        : base(message)
    {
    }

    public BrokenImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
