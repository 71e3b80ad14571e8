namespace MiniFirewall.Asm.Keeping;

/// <summary>Functions of a program as bytes.</summary>
internal static class FunctionCodec
{
    private const byte Bytes = 0, Context = 1, Number = 2;

    internal static void Write(BinaryWriter to, PlacedFunction placed)
    {
        to.Write(placed.Function.Name);
        to.Write(placed.Function.IsGlobal);
        ListCodec.Write(to, placed.Function.Parameters, Write);
        to.Write(placed.Slot);
    }

    internal static PlacedFunction Read(BinaryReader from)
    {
        var function = new Function(from.ReadString(), from.ReadBoolean(), ListCodec.Read(from, ReadParameter));
        return new(function, from.ReadInt32());
    }

    private static void Write(BinaryWriter to, Parameter parameter)
    {
        to.Write(parameter.Name);
        switch (parameter)
        {
            case BytesParameter bytes:
                to.Write(Bytes);
                to.Write(bytes.Size);
                break;
            case ContextParameter context:
                to.Write(Context);
                to.Write(context.Struct);
                break;
            case NumberParameter:
                to.Write(Number);
                break;
            default:
                throw new InvalidOperationException($"no way to keep a {parameter.GetType().Name}");
        }
    }

    private static Parameter ReadParameter(BinaryReader from)
    {
        string name = from.ReadString();
        return from.ReadByte() switch
        {
            Bytes => new BytesParameter(name, from.ReadInt32()),
            Context => new ContextParameter(name, from.ReadString()),
            _ => new NumberParameter(name),
        };
    }
}
