// Distances on the globe, for near.

namespace FhirHub.Search;

/// <summary>Distances by the haversine formula on a sphere, which is right to half a percent (R4 location.html#search).</summary>
public static class Near
{
    /// <summary>The mean radius of the earth in metres.</summary>
    public const double EarthRadius = 6_371_008.8;

    /// <summary>Degrees of latitude that a distance in metres spans.</summary>
    public static double Latitudes(double metres) => double.RadiansToDegrees(metres / EarthRadius);

    /// <summary>Metres between two points given in degrees.</summary>
    public static double Distance(double latitude, double longitude, double otherLatitude, double otherLongitude)
    {
        var phi = double.DegreesToRadians(latitude);
        var otherPhi = double.DegreesToRadians(otherLatitude);
        var sinLatitude = Math.Sin((otherPhi - phi) / 2);
        var sinLongitude = Math.Sin(double.DegreesToRadians(otherLongitude - longitude) / 2);
        var h = (sinLatitude * sinLatitude) + (Math.Cos(phi) * Math.Cos(otherPhi) * sinLongitude * sinLongitude);
        return 2 * EarthRadius * Math.Asin(Math.Min(1, Math.Sqrt(h)));
    }
}
