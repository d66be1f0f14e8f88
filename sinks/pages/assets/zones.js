/* Draws the zones of one level into a group: colours, selection, points, labels and legend.
   Loaded once; a change of the choice sends colours and texts only. Texts arrive escaped. */
(function () {
  "use strict";
  var STEPS = [[0, 0], [0, -1], [0, 1], [-0.6, 0], [0.6, 0], [-0.6, -1], [0.6, -1], [-0.6, 1],
    [0.6, 1], [0, -2], [0, 2], [-1.1, 0], [1.1, 0], [-0.6, 2], [0.6, 2]];
  var GAP = 2;

  function meets(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  /* Puts every label where it meets no other, the heavier first; one without a place is hidden. */
  function place(map, markers, spots) {
    var taken = spots.map(function (spot) {
      var at = map.latLngToContainerPoint(spot.getLatLng()), r = spot.getRadius();
      return [at.x - r, at.y - r, at.x + r, at.y + r];
    });
    markers.forEach(function (marker) {
      var element = marker.getElement();
      if (!element) { return; }
      var text = element.firstChild, at = map.latLngToContainerPoint(marker.getLatLng());
      text.style.display = "";
      var width = text.offsetWidth, height = text.offsetHeight;
      var found = STEPS.some(function (step) {
        var x = at.x + step[0] * width, y = at.y + step[1] * height;
        var box = [x - width / 2 - GAP, y - height / 2 - GAP,
          x + width / 2 + GAP, y + height / 2 + GAP];
        if (taken.some(function (other) { return meets(box, other); })) { return false; }
        taken.push(box);
        text.style.transform = "translate(" + Math.round(x - at.x - width / 2) + "px," +
          Math.round(y - at.y - height / 2) + "px)";
        return true;
      });
      if (!found) { text.style.display = "none"; }
    });
  }

  function labelled(group, labels) {
    return labels.map(function (one) {
      return L.marker([one.lat, one.lon], {interactive: false, keyboard: false, icon: L.divIcon({
        className: "tanhui-label", html: "<span>" + one.text + "</span>", iconSize: [0, 0]})})
        .addTo(group);
    });
  }

  function control(position, name, content) {
    var made = L.control({position: position});
    made.onAdd = function () {
      var box = L.DomUtil.create("div", name);
      box.innerHTML = content;
      return box;
    };
    return made;
  }

  function furnish(map, bounds) {
    if (map.tanhuiGraticule) { return; }
    keepWhole(map, bounds);
    L.control.scale({imperial: false}).addTo(map);
    map.tanhuiGraticule = L.layerGroup().addTo(map);
    map.createPane("tanhuiGraticule").style.zIndex = 250;
    var style = {pane: "tanhuiGraticule", color: "#d3dbd6", weight: 1, interactive: false};
    for (var i = 60; i <= 150; i += 5) { L.polyline([[0, i], [75, i]], style).addTo(map.tanhuiGraticule); }
    for (var j = 0; j <= 75; j += 5) { L.polyline([[j, 60], [j, 150]], style).addTo(map.tanhuiGraticule); }
  }

  /* Shows the whole whenever the frame changes its size, until the reader takes hold of the map. */
  function keepWhole(map, bounds) {
    var box = map.getContainer(), held = false;
    ["mousedown", "wheel", "touchstart", "keydown"].forEach(function (name) {
      box.addEventListener(name, function () { held = true; }, {capture: true, passive: true});
    });
    new ResizeObserver(function () {
      map.invalidateSize({pan: false});
      if (!held && box.clientWidth > 0 && box.clientHeight > 0) {
        map.fitBounds(bounds, {animate: false});
      }
      if (window.tanhuiPlace) { window.tanhuiPlace(); }
    }).observe(box);
  }

  window.tanhuiZones = function (group, view) {
    var picked = null;
    if (view.tiles) {
      L.tileLayer(view.tiles.url, {opacity: view.tiles.opacity, maxNativeZoom: 12,
        maxZoom: 13}).addTo(group);
    }
    L.geoJSON((window.tanhuiOutlines || {})[view.level], {
      smoothFactor: 0.6,
      style: function (feature) {
        var one = view.shown[feature.id] || {c: "#d9d9d9"}, is = feature.id === view.selected;
        return {color: is ? "#b3261e" : "#59675f", weight: is ? 3 : 1.2, fillColor: one.c,
          fillOpacity: view.tiles ? 0 : (one.f ? 0.45 : 1), className: "tanhui-zone"};
      },
      onEachFeature: function (feature, layer) {
        var one = view.shown[feature.id];
        if (one) { layer.bindTooltip(one.t, {sticky: true}); }
        if (feature.id === view.selected) { picked = layer; }
      }
    }).eachLayer(function (layer) { layer.addTo(group); });
    var spots = view.points.map(function (one) {
      return L.circleMarker([one.lat, one.lon], {radius: one.id === view.selected ? 9 : 7, weight: 2,
        color: one.id === view.selected ? "#b3261e" : "#ffffff", fillColor: one.c, fillOpacity: 1,
        className: "tanhui-point"}).bindTooltip(one.t).addTo(group);
    });
    var markers = labelled(group, view.labels);
    var controls = [control("topleft", "tanhui-legend", view.legend)];
    if (view.note) { controls.push(control("bottomleft", "tanhui-note", view.note)); }
    group.on("add", function (event) {
      var map = event.target._map;
      furnish(map, view.bounds);
      if (picked) { picked.bringToFront(); }
      (window.tanhuiControls || []).forEach(function (one) { one.remove(); });
      window.tanhuiControls = controls;
      controls.forEach(function (one) { one.addTo(map); });
      if (window.tanhuiPlace) { map.off("zoomend resize", window.tanhuiPlace); }
      window.tanhuiPlace = function () { place(map, markers, spots); };
      map.on("zoomend resize", window.tanhuiPlace);
      window.setTimeout(window.tanhuiPlace, 0);
    });
  };
})();
