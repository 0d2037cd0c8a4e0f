// Makes the images of a region: for each examination the first orders get theirs, as files that a modality would send.

using System.Runtime.CompilerServices;
using FhirHub.Dicom.Pixels;

namespace FhirHub.Samples.Region;

/// <summary>A DICOM file of the region.</summary>
/// <param name="StudyInstanceUid">The study that it belongs to.</param>
/// <param name="Bytes">The file (PS3.10).</param>
public sealed record RegionImage(string StudyInstanceUid, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Generates the images of a region. Equal settings give equal pixels; their encoding depends on what can be encoded here.
/// </summary>
/// <param name="settings">The region.</param>
/// <param name="studies">Studies of each examination, from 0; fewer where fewer were ordered.</param>
/// <param name="codecs">What encodes the frames.</param>
public sealed class RegionImages(RegionSettings settings, int studies, PixelCodecs codecs)
{
    /// <summary>The files, study by study.</summary>
    public async IAsyncEnumerable<RegionImage> GenerateAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        var writer = new PixelWriter(codecs);
        foreach (var order in Orders())
        {
            // Modalities of the region's hospitals are of several generations: one still writes the national character set.
            var study = new ImageStudy(order, settings, order.Examination == Examination.HeadMr ? ImageStudy.National : "ISO_IR 192");
            await foreach (var file in Files(study, writer, cancel))
                yield return new RegionImage(study.Uid, file);
        }
    }

    /// <summary>The ids of the patients who get images.</summary>
    public IReadOnlyCollection<string> Patients() => [.. Orders().Select(static order => order.Person.Id).Distinct(StringComparer.Ordinal)];

    private List<ImagingOrder> Orders()
    {
        var orders = new List<ImagingOrder>();
        if (studies == 0)
            return orders;

        // The region is made once more, as far as it takes.
        foreach (var _ in new RegionGenerator(settings).Generate(order => Take(orders, order)))
        {
            if (orders.Count == studies * Examination.All.Count)
                break;
        }

        return orders;
    }

    private void Take(List<ImagingOrder> orders, ImagingOrder order)
    {
        if (orders.Count(taken => taken.Examination == order.Examination) < studies)
            orders.Add(order);
    }

    private static IAsyncEnumerable<ReadOnlyMemory<byte>> Files(ImageStudy study, PixelWriter writer, CancellationToken cancel)
    {
        var examination = study.Order.Examination;
        return examination == Examination.HeadCt ? HeadCt.FilesAsync(study, writer, cancel)
            : examination == Examination.ChestCt ? CrossSections.ChestCtAsync(study, writer, cancel)
            : examination == Examination.HeadMr ? CrossSections.HeadMrAsync(study, writer, cancel)
            : examination == Examination.HeartUltrasound ? HeartUltrasound.FilesAsync(study, writer, cancel)
            : ChestXRay.FilesAsync(study, writer, cancel);
    }
}
