using MiniFirewall.Compiler.Classifier.Image;
using MiniFirewall.Verification.Decoding;

namespace MiniFirewall.Verification.Structure;

/// <summary>The ordinary view's tables that choose tuples: which tuples all packets of a box are allowed.</summary>
internal sealed class Filters
{
    private readonly ImageBytes _image;
    private readonly RangeMasks _protocols, _sourcePorts, _destinationPorts, _sources, _destinations;

    internal Filters(ImageBytes image, Findings findings)
    {
        _image = image;
        ImageLayout layout = image.Layout;
        _protocols = Protocols(image);
        _sourcePorts = Ports(image, layout.SourcePortClasses, layout.SourcePortMasks);
        _destinationPorts = Ports(image, layout.DestinationPortClasses, layout.DestinationPortMasks);
        _sources = Addresses(image, layout.SourceClasses, layout.SourceMasks, "source classes", findings);
        _destinations = Addresses(image, layout.DestinationClasses, layout.DestinationMasks, "destination classes", findings);
        CheckShift(image.Capacity.SourceFilterShift, findings);
        CheckShift(image.Capacity.DestinationFilterShift, findings);
    }

    /// <summary>The tuples that no packet of the box is refused.</summary>
    internal ulong Of(in Box box) =>
        OfRange(_protocols, box, Dimension.Protocol)
        & OfRange(_sourcePorts, box, Dimension.SourcePort)
        & OfRange(_destinationPorts, box, Dimension.DestinationPort)
        & OfSource(box)
        & OfDestination(box);

    /// <summary>The tables, by name, that refuse some packet of the box the tuple.</summary>
    internal string Refusing(in Box box, int tuple)
    {
        ulong bit = 1UL << tuple;
        var names = new List<string>();
        Name(OfRange(_protocols, box, Dimension.Protocol), "protocol masks");
        Name(OfRange(_sourcePorts, box, Dimension.SourcePort), "source port classes or masks");
        Name(OfRange(_destinationPorts, box, Dimension.DestinationPort), "destination port classes or masks");
        Name(OfSource(box), "source classes or masks");
        Name(OfDestination(box), "destination classes or masks");
        return string.Join(", ", names);

        void Name(ulong allowed, string name)
        {
            if ((allowed & bit) == 0)
            {
                names.Add(name);
            }
        }
    }

    private static RangeMasks Protocols(ImageBytes image)
    {
        var masks = new ulong[256];
        for (int i = 0; i < masks.Length; i++)
        {
            masks[i] = image.U64(image.Layout.ProtocolMasks + (i * 8));
        }

        return new(masks);
    }

    private static RangeMasks Ports(ImageBytes image, int classes, int masks)
    {
        var byPort = new ulong[ImageFormat.FilterKeys];
        for (int i = 0; i < byPort.Length; i++)
        {
            byPort[i] = image.U64(masks + (image.U8(classes + i) * 8));
        }

        return new(byPort);
    }

    private static RangeMasks Addresses(ImageBytes image, int classes, int masks, string name, Findings findings)
    {
        var byKey = new ulong[ImageFormat.FilterKeys];
        for (int i = 0; i < byKey.Length; i++)
        {
            int number = image.U16(classes + (i * 2));
            if (number >= ImageFormat.AddressClasses)
            {
                findings.Add($"class {number} of {ImageFormat.AddressClasses}", $"{name}, {i}");
                continue;
            }

            byKey[i] = image.U64(masks + (number * 8));
        }

        return new(byKey);
    }

    private void CheckShift(int shift, Findings findings)
    {
        if (shift < 0 || shift >= (_image.IsV6 ? 64 : 32))
        {
            findings.Add($"a filter's shift of {shift}", "header");
        }
    }

    private static ulong OfRange(RangeMasks masks, in Box box, Dimension dimension) =>
        masks.All((int)box.Low[(int)dimension], (int)box.High[(int)dimension]);

    private ulong OfSource(in Box box) => OfAddress(
        _sources, box, _image.IsV6 ? Dimension.SourceHigh : Dimension.SourceLow, _image.Capacity.SourceFilterShift);

    private ulong OfDestination(in Box box) => OfAddress(
        _destinations, box, _image.IsV6 ? Dimension.DestinationHigh : Dimension.DestinationLow, _image.Capacity.DestinationFilterShift);

    /// <summary>Keys are 16 bits of the address; a range of addresses may go round in them.</summary>
    private static ulong OfAddress(RangeMasks masks, in Box box, Dimension dimension, int shift)
    {
        const ulong Last = ImageFormat.FilterKeys - 1;
        ulong low = box.Low[(int)dimension] >> (shift & 63), high = box.High[(int)dimension] >> (shift & 63);
        if (high - low >= Last)
        {
            return masks.All(0, (int)Last);
        }

        int from = (int)(low & Last), to = (int)(high & Last);
        return from <= to ? masks.All(from, to) : masks.All(from, (int)Last) & masks.All(0, to);
    }
}
