// Which institutions a region of a size has. Any of them is told from its number, so that none needs to be remembered.

using System.Globalization;

namespace FhirHub.Samples.Region;

/// <summary>The institutions of a region.</summary>
internal sealed class RegionPlan
{
    // No such city exists: China's numbers with this division belong to nobody.
    private const string CityDivision = "539900";
    private const string ProvinceName = "云岭省";
    private const string CityName = "青川市";
    private const int FirstCounty = 539921;

    // What the codes of divisions leave room for, with townships and villages as large as counties in China have them.
    private const int MostCities = 9;
    private const int MostCounties = 79;
    private const int TownshipsOfCounty = 20;
    private const int VillagesOfTownship = 30;

    private static readonly (string Name, string Kind)[] CityHospitals =
    [
        ("第一人民医院", "hospital"), ("中医医院", "traditional-medicine"), ("妇幼保健院", "maternal-child"), ("第二人民医院", "hospital"),
        ("中心医院", "hospital"), ("儿童医院", "hospital"), ("第三人民医院", "hospital"), ("康复医院", "hospital"), ("胸科医院", "hospital"),
    ];

    private static readonly Place City = new(ProvinceName, CityName);

    private readonly long _seed;
    private readonly int[] _counts;

    /// <summary>The plan for settings.</summary>
    public RegionPlan(RegionSettings settings)
    {
        _seed = settings.Seed;

        // At 200 patients 1, 2, 4, 8 and 16. All counties have equally many townships, and these equally many villages.
        var counties = Of(settings.Patients, 50, MostCounties);
        var townships = counties * Of(settings.Patients, 25 * counties, TownshipsOfCounty);
        var villages = townships * Of(settings.Patients * 2L, 25 * townships, VillagesOfTownship);
        _counts = [1, Of(settings.Patients, 100, MostCities), counties, townships, villages];
    }

    /// <summary>The only hospital of the province, which is its expert centre.</summary>
    public Institution Province => Find(Tier.Province, 0);

    /// <summary>Number of institutions of a tier.</summary>
    public int Count(Tier tier) => _counts[(int)tier];

    /// <summary>All institutions, those above before those below.</summary>
    public IEnumerable<Institution> Institutions() =>
        Enum.GetValues<Tier>().SelectMany(tier => Enumerable.Range(0, Count(tier)).Select(index => Find(tier, index)));

    /// <summary>An institution.</summary>
    public Institution Find(Tier tier, int index)
    {
        var parent = tier == Tier.Province ? null : Find(tier - 1, index % Count(tier - 1));
        var ordinal = tier == Tier.Province ? 0 : index / Count(tier - 1);
        return tier switch
        {
            Tier.Province => Make(tier, index, "云岭省人民医院", CityDivision, City, "expert-centre", null),
            Tier.City => Make(tier, index, CityName + CityHospitals[index].Name, CityDivision, City, CityHospitals[index].Kind, parent),
            Tier.County => County(index, parent!),
            Tier.Township => Township(index, ordinal, parent!),
            _ => Village(index, ordinal, parent!),
        };
    }

    private Institution County(int index, Institution parent)
    {
        var place = City with { County = Places.County(index) };
        return Make(Tier.County, index, $"{place.County}人民医院", Digits(FirstCounty + index), place, "hospital", parent);
    }

    private Institution Township(int index, int ordinal, Institution parent)
    {
        var place = parent.Place with { Township = Places.Township(parent.Index, ordinal) };
        return Make(Tier.Township, index, $"{place.Township}中心卫生院", parent.Division + Digits(101 + ordinal), place, "township-health-centre", parent);
    }

    private Institution Village(int index, int ordinal, Institution parent)
    {
        var place = parent.Place with { Village = Places.Village(parent.Index, ordinal) };
        return Make(Tier.Village, index, $"{place.Township}{place.Village}卫生室", parent.Division + Digits(201 + ordinal), place, "village-clinic", parent);
    }

    private Institution Make(Tier tier, int index, string name, string division, Place place, string kind, Institution? parent)
    {
        // Public institutions are registered under 12, village clinics as private non-enterprises under 52. The number is unique: tier and
        // index are part of it.
        var number = SplitMix64.Of(_seed, "credit-code", (int)tier).Digits(2) + Digits((int)tier + 1) + index.ToString("00000", CultureInfo.InvariantCulture);
        return new Institution(
            tier, index, name, division, place, CheckCharacters.CreditCode(tier == Tier.Village ? "52" : "12", division[..6], number), kind, parent);
    }

    private static int Of(long patients, int each, int most) => (int)Math.Clamp((patients + each - 1) / each, 1, most);

    private static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
}
