// The path of a value within an instance, as its metadata has it: tags, and numbers of items between them.

using System.Globalization;
using FhirHub.Dicom;

namespace FhirHub.Dicomweb;

/// <summary>Finds values by paths such as <c>54000100/1/54001010</c>; items count from 1.</summary>
internal static class BulkDataPath
{
    private const int MaxLength = 2 * 13 * DicomReadOptions.GreatestDepth;

    /// <summary>The data set and the element of a path; null if there is none.</summary>
    public static (DicomDataset Dataset, DicomElement Element)? Find(DicomDataset dataset, string path)
    {
        if (path.Length > MaxLength)
            return null;
        var steps = path.Split('/');
        for (var i = 0; i < steps.Length; i += 2)
        {
            if (steps[i].Length != 8 || !DicomTag.TryParse(steps[i], out var tag) || dataset.Find(tag) is not { } element)
                return null;
            if (i == steps.Length - 1)
                return element.Items is null ? (dataset, element) : null;
            if (!int.TryParse(steps[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var item) || item < 1 || item > (element.Items?.Count ?? 0))
                return null;
            dataset = element.Items![item - 1];
        }

        return null;
    }
}
